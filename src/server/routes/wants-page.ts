import { acceptsHtml } from "../negotiate.ts";
import type { Request } from "../respond.ts";

/**
 * Whether a request is that of a browser for a page to look at. With `format=yaml`, the download link of such a page, it gets
 * what other programs get.
 */
export function wantsPage({ headers, query }: Pick<Request, "headers" | "query">): boolean {
  return acceptsHtml(headers.accept) && new URLSearchParams(query).get("format") !== "yaml";
}
