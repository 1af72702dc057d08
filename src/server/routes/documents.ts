import type { DocumentEntry, Documents } from "../../documents/documents.ts";
import { DOCUMENTS_PATH, documentUrl } from "../../documents/pointers.ts";
import { closestWord } from "../../lib/suggest.ts";
import type { Compress } from "../compress.ts";
import { createCostlyResponses } from "../costly-responses.ts";
import { acceptsHtml } from "../negotiate.ts";
import { builtHtml, type Markup, markup } from "../pages/markup.ts";
import { html } from "../pages/respond.ts";
import type { Site } from "../pages/site.ts";
import { type ErrorLink, errorResponse, type HttpResponse, type Request, text } from "../respond.ts";
import type { Route } from "../router.ts";

type DocumentsOptions = {
  readonly load: () => Promise<Documents>;
  readonly site: Site;
  readonly compressed: Compress;
};

/** The parts of names before a slash; a wildcard of a route has no slash. */
const FOLDERS = ["", "getting-started/", "runbooks/"];

/** They change only with the program: soon enough after an upgrade, browsers ask again. A login may be needed to read them. */
const CACHE = { "cache-control": "private, max-age=300", vary: "Accept" };

/** `/docs` and `/docs/NAME`: the documents that the program contains, as pages for browsers, else as plain text. */
export function documentsRoutes({ load, site, compressed }: DocumentsOptions): readonly Route[] {
  const makeCostly = createCostlyResponses();
  const { linkPrefix } = site;

  /** Pages are made one at a time, and requests for the same page share it. */
  async function made(request: Request, name: string, make: (asHtml: boolean) => HttpResponse): Promise<HttpResponse> {
    const asHtml = acceptsHtml(request.headers.accept);
    const response = await makeCostly(JSON.stringify([name, asHtml]), () => make(asHtml), request.onGone);
    return compressed({ ...response, headers: { ...response.headers, ...CACHE } }, request.headers);
  }

  const page = (title: string, path: string, content: Markup) => html({ site, title, path, content });

  async function list(request: Request): Promise<HttpResponse> {
    const { all } = await load();
    return made(request, "", (asHtml) =>
      asHtml ? page("Documents", DOCUMENTS_PATH, listPage(all, linkPrefix)) : text(200, listText(all)),
    );
  }

  async function one(request: Request, name: string): Promise<HttpResponse> {
    const documents = await load();
    const entry = documents.get(name);
    if (entry === undefined) return noDocument(name, documents, linkPrefix);
    return made(request, name, (asHtml) =>
      asHtml
        ? page(
            entry.title,
            documentUrl("", name),
            markup`<article>
${builtHtml(documents.html(name))}</article>`,
          )
        : text(200, documents.text(name)),
    );
  }

  return [
    { path: DOCUMENTS_PATH, handle: list },
    ...FOLDERS.map((folder) => ({
      path: `${DOCUMENTS_PATH}/${folder}*`,
      handle: (request: Request) => one(request, folder + request.segment),
    })),
  ];
}

function noDocument(name: string, { all, get }: Documents, linkPrefix: string): HttpResponse {
  const closest = get(
    closestWord(
      name,
      all.map((entry) => entry.name),
    ) ?? "",
  );
  const list = `${linkPrefix}${DOCUMENTS_PATH}`;
  const links: readonly ErrorLink[] = [
    ...(closest === undefined ? [] : [{ href: documentUrl(linkPrefix, closest.name), text: closest.title }]),
    { href: list, text: "All documents" },
  ];
  return errorResponse(404, `no such document; see ${list}`, {}, links);
}

function listPage(all: readonly DocumentEntry[], linkPrefix: string): Markup {
  const sections = [...new Set(all.map(({ section }) => section))].map((section) => {
    const items = all
      .filter((entry) => entry.section === section)
      .map(
        ({ name, title, summary }) =>
          markup`<li><a href="${documentUrl(linkPrefix, name)}">${title}</a><br>\n${summary}</li>\n`,
      );
    return markup`<h2>${section}</h2>\n<ul>\n${items}</ul>\n`;
  });
  return markup`<h1>Documents</h1>
<p>Of this version. The same at a terminal: <code>peer-exporter docs</code>.</p>
${sections}`;
}

function listText(all: readonly DocumentEntry[]): string {
  return all.map(({ name, summary }) => `${DOCUMENTS_PATH}/${name}: ${summary}\n`).join("");
}
