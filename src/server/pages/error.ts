import { STATUS_CODES } from "node:http";
import { acceptsHtml } from "../negotiate.ts";
import type { ErrorLink, Headers, HttpResponse, ShowError } from "../respond.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { html } from "./respond.ts";
import type { Site } from "./site.ts";

/** Paths of requests may be long; a page shows their beginning. */
const MAX_PATH_LENGTH = 200;

/** Shows errors as pages to browsers, with the same status. Other clients get the text of the error. */
export function createErrorPages(site: Site): ShowError {
  return (response, request) => {
    const headers: Headers = { ...response.headers, vary: "Accept" };
    if (!acceptsHtml(request.headers.accept)) return { ...response, headers };
    const { "content-type": _, ...others } = headers;
    const { status } = response;
    return html(
      { site, title: reasonOf(status), content: errorContent(response, request, site.linkPrefix) },
      { status, headers: others },
    );
  };
}

function reasonOf(status: number): string {
  // In sentence case, as all headings.
  const [first = "", ...rest] = STATUS_CODES[status] ?? "Error";
  return first + rest.join("").toLowerCase();
}

function errorContent(
  { status, error }: HttpResponse,
  { method, path }: { readonly method: string; readonly path: string },
  linkPrefix: string,
): Markup {
  // The line of text names a path to read on; here it is a link.
  const [says = ""] = (error?.message ?? "").split("; see ");
  const shown = path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}\u2026` : path;
  const links = error?.links ?? [];
  return markup`<div class="error">
<h1><small>${status}</small> ${reasonOf(status)}</h1>
<p class="says">${says}</p>
<p><code>${method} ${shown}</code></p>
${links.length === 0 ? NOTHING : markup`<p class="quiet">Perhaps one of these:</p>\n`}<p class="actions">${links.map(button)}${button({ href: `${linkPrefix}/`, text: "All nodes" })}</p>
</div>`;
}

function button({ href, text }: ErrorLink): Markup {
  return markup`<a class="button" href="${href}">${text}</a>`;
}
