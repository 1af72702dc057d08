import { STATUS_CODES } from "node:http";
import { acceptsHtml } from "../negotiate.ts";
import type { Headers, HttpResponse, ShowError } from "../respond.ts";
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
  return STATUS_CODES[status] ?? "Error";
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
<p class="quiet">${status}</p>
<h1>${reasonOf(status)}</h1>
<p class="says">${says}</p>
<p><code>${method} ${shown}</code></p>
${
  links.length === 0
    ? NOTHING
    : markup`<ul>${links.map(({ href, text }) => markup`<li><a href="${href}">${text}</a></li>\n`)}</ul>
`
}<p class="actions"><a class="button" href="${linkPrefix}/">All nodes</a></p>
</div>`;
}
