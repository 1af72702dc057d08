import type { Format } from "../metrics/exposition.ts";
import type { Request } from "./respond.ts";

/** Content negotiation (RFC 9110, section 12.5). */

type Weighted = { readonly value: string; readonly parameters: ReadonlyMap<string, string>; readonly q: number };

type Header = string | readonly string[] | undefined;

/** The items of an Accept or Accept-Encoding header with their weights; malformed items are left out. */
function weightedList(header: Header): readonly Weighted[] {
  const items = [header ?? []].flat().flatMap((text) => text.split(","));
  return items.flatMap((item) => {
    const [value = "", ...rest] = item.split(";").map((part) => part.trim().toLowerCase());
    if (value === "") return [];
    const parameters = new Map(
      rest.map((part): [string, string] => {
        const [name = "", text = ""] = part.split("=", 2);
        return [name.trim(), text.trim().replace(/^"(.*)"$/, "$1")];
      }),
    );
    const q = parameters.has("q") ? Number(parameters.get("q")) : 1;
    return q >= 0 && q <= 1 ? [{ value, parameters, q }] : [];
  });
}

/**
 * The format of a metrics page. A client gets OpenMetrics only if it asks for it by name, in a version that the exporter
 * writes. Every other client, including those with an unknown Accept header, gets the text format.
 */
export function negotiateFormat(accept: Header): Format {
  const items = weightedList(accept);
  const openmetrics = Math.max(0, ...items.filter(isOpenMetrics).map(({ q }) => q));
  const text = Math.max(0, ...items.filter(isText).map(({ q }) => q));
  return openmetrics > 0 && openmetrics >= text ? "openmetrics" : "text";
}

function isOpenMetrics({ value, parameters }: Weighted): boolean {
  return value === "application/openmetrics-text" && ["", "1.0.0"].includes(parameters.get("version") ?? "");
}

/** A wildcard of all types does not count as text: it must not outweigh OpenMetrics, which is named. */
function isText({ value, parameters }: Weighted): boolean {
  return ["text/plain", "text/*"].includes(value) && ["", "0.0.4"].includes(parameters.get("version") ?? "");
}

/** Whether the client is a browser: other programs accept every type at most. */
export function acceptsHtml(accept: Header): boolean {
  return weightedList(accept).some(({ value, q }) => value === "text/html" && q > 0);
}

/**
 * Whether a request is that of a browser for a page to look at. With `format=yaml`, the download link of such a page, it gets
 * what other programs get.
 */
export function wantsPage({ headers, query }: Pick<Request, "headers" | "query">): boolean {
  return acceptsHtml(headers.accept) && new URLSearchParams(query).get("format") !== "yaml";
}

/** Whether the client accepts a response that is compressed with gzip. */
export function acceptsGzip(acceptEncoding: Header): boolean {
  const items = weightedList(acceptEncoding);
  const named = items.find(({ value }) => value === "gzip" || value === "x-gzip");
  return (
    (named ?? items.find(({ value }) => value === "*"))?.q !== 0 &&
    (named !== undefined || items.some(({ value }) => value === "*"))
  );
}
