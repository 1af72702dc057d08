import { createHash } from "node:crypto";
import { DOCUMENTS_PATH, documentUrl } from "../../documents/pointers.ts";
import { type HttpResponse, respond } from "../respond.ts";
import { timeOfDay } from "./format.ts";
import { htmlOf, type Markup, markup, NOTHING } from "./markup.ts";
import { SCRIPT } from "./scripts.ts";
import { STYLE } from "./style.ts";

/** Not in the templates themselves: the build writes their text as it is, and the engine would keep the whole file in two bytes a character. */
const DOT = "\u00b7";

type PageOptions = {
  readonly title: string;
  readonly version: string;
  readonly content: Markup;
  /** What the paths of links begin with; default: nothing. */
  readonly linkPrefix?: string;
  /** The link of the header that leads to this page. */
  readonly path?: string;
  /** Without it the page does not refresh itself. */
  readonly refresh?: { readonly seconds: number; readonly nowMs: number } | undefined;
};

/** A whole page around its content, as a response. */
export function html(options: PageOptions): HttpResponse {
  return respond(200, "text/html; charset=utf-8", htmlPage(options), HEADERS);
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/**
 * What a browser may do with the pages. They show texts that peers choose: even if one of them became markup, the page would
 * run no other script, load nothing, and not appear in a frame.
 */
const HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    `style-src ${hashOf(STYLE)}`,
    `script-src ${hashOf(SCRIPT)}`,
    // The script fetches the page again.
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
} as const;

/** The text of a page. */
export function htmlPage({ title, version, content, linkPrefix = "", path, refresh }: PageOptions): string {
  const documents = [
    [documentUrl(linkPrefix, "pages"), "About these pages"],
    [documentUrl(linkPrefix, "troubleshooting"), "Troubleshooting"],
  ] as const;
  const head = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} ${DOT} peer-exporter</title>
<style>`;
  const body = markup`</style>
</head>
<body${refresh === undefined ? NOTHING : markup` data-refresh="${refresh.seconds}"`}>
<header><nav aria-label="Pages"><ul>${LINKS.map((link) => item(link, linkPrefix, path))}</ul></nav></header>
<p id="notice" role="alert"></p>
<main>
${content}
${refresh === undefined ? NOTHING : asOf(refresh)}</main>
<footer><p>peer-exporter ${version}${documents.map(([url, text]) => markup` ${DOT} <a href="${url}">${text}</a>`)}</p></footer>
`;
  const script = refresh === undefined ? "" : `<script>${SCRIPT}</script>\n`;
  return `${htmlOf(head)}${STYLE}${htmlOf(body)}${script}</body>\n</html>\n`;
}

const LINKS: readonly (readonly [path: string, text: string])[] = [
  ["/", "Nodes"],
  ["/config", "Configuration"],
  ["/dashboards", "Dashboards"],
  ["/rules", "Rules"],
  [DOCUMENTS_PATH, "Documents"],
];

function item(
  [path, text]: readonly [path: string, text: string],
  linkPrefix: string,
  current: string | undefined,
): Markup {
  return markup`<li><a href="${linkPrefix}${path}"${path === current ? markup` aria-current="page"` : NOTHING}>${text}</a></li>`;
}

function asOf({ seconds, nowMs }: NonNullable<PageOptions["refresh"]>): Markup {
  return markup`<p class="quiet">As of ${timeOfDay(nowMs)} UTC, refreshed every ${seconds} seconds.<noscript> Without JavaScript this page does not refresh: reload it.</noscript></p>
`;
}
