import { htmlOf, type Markup, markup, NOTHING } from "../markup.ts";
import { timeOfDay } from "./format.ts";
import { PAGE_SCRIPT } from "./script.ts";
import { PAGE_STYLE } from "./style.ts";

export type PageOptions = {
  readonly title: string;
  readonly version: string;
  readonly content: Markup;
  /** The link of the head that leads here. */
  readonly path?: string;
  /** The page refreshes itself; absent: it stands still. */
  readonly refresh?: { readonly seconds: number; readonly nowMs: number } | undefined;
};

/** A whole page around its content. */
export function htmlPage({ title, version, content, path, refresh }: PageOptions): string {
  const head = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · peer-exporter</title>
<style>`;
  const body = markup`</style>
</head>
<body${refresh === undefined ? NOTHING : markup` data-refresh="${refresh.seconds}"`}>
<header><nav aria-label="Pages"><ul>${LINKS.map((link) => item(link, path))}</ul></nav></header>
<p id="notice" role="alert"></p>
<main>
${content}
${refresh === undefined ? NOTHING : asOf(refresh)}</main>
<footer><p>peer-exporter ${version}${DOCUMENTS.map(([file, text]) => markup` · ${documentLink(file, text)}`)}</p></footer>
`;
  const script = refresh === undefined ? "" : `<script>${PAGE_SCRIPT}</script>\n`;
  return `${htmlOf(head)}${PAGE_STYLE}${htmlOf(body)}${script}</body>\n</html>\n`;
}

/** Of the repository, as the runbooks of the alerts: an exporter at work has no documents with it. */
const DOCS_URL = "https://github.com/peer-exporter/peer-exporter/blob/main/docs/";

export function documentLink(file: string, text: string): Markup {
  return markup`<a href="${DOCS_URL}${file}" rel="noreferrer">${text}</a>`;
}

const DOCUMENTS: readonly (readonly [file: string, text: string])[] = [
  ["README.md", "Documentation"],
  ["pages.md", "These pages"],
  ["troubleshooting.md", "Troubleshooting"],
];

const LINKS: readonly (readonly [path: string, text: string])[] = [
  ["/", "Nodes"],
  ["/config", "Configuration"],
  ["/dashboards", "Dashboards"],
  ["/rules", "Rules"],
];

function item([path, text]: readonly [path: string, text: string], here: string | undefined): Markup {
  return markup`<li><a href="${path}"${path === here ? markup` aria-current="page"` : NOTHING}>${text}</a></li>`;
}

function asOf({ seconds, nowMs }: NonNullable<PageOptions["refresh"]>): Markup {
  return markup`<p class="quiet">As of ${timeOfDay(nowMs)} UTC, renewed every ${seconds} seconds.<noscript> Without scripts it stands still: reload it.</noscript></p>
`;
}
