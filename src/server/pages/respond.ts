import { type Headers, type HttpResponse, respond } from "../respond.ts";
import { timeOfDay } from "./format.ts";
import { footer, header } from "./frame.ts";
import { htmlOf, type Markup, markup, NOTHING } from "./markup.ts";
import { HEAD_SCRIPT, hashOf, SCRIPTS } from "./scripts.ts";
import type { Site } from "./site.ts";
import { type PageKind, STYLES } from "./style.ts";

/** Not in the templates themselves: the build writes their text as it is, and the engine would keep the whole file in two bytes a character. */
const DOT = "\u00b7";

type PageOptions = {
  readonly site: Site;
  readonly title: string;
  readonly content: Markup;
  /** Which style and scripts it has. */
  readonly kind?: PageKind;
  /** The link of the header that leads to this page. */
  readonly path?: string;
  /** Without it the page does not refresh itself. */
  readonly refresh?: { readonly seconds: number; readonly nowMs: number } | undefined;
};

/** How a page is sent, if not as usual. */
type Sent = { readonly status?: number; readonly headers?: Headers };

/** A whole page around its content, as a response. */
export function html(options: PageOptions, { status = 200, headers = {} }: Sent = {}): HttpResponse {
  return respond(status, "text/html; charset=utf-8", htmlPage(options), { ...HEADERS, ...headers });
}

/**
 * What a browser may do with the pages. They show texts that peers choose: even if one of them became markup, the page would
 * run no other script, load nothing from elsewhere, and not appear in a frame.
 */
const HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    `style-src ${hashesOf(STYLES)}`,
    `script-src ${hashOf(HEAD_SCRIPT)} ${hashesOf(SCRIPTS)}`,
    // The script fetches the page again.
    "connect-src 'self'",
    // The icon. A policy cannot name its path without its host, which only the browser knows.
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
} as const;

function hashesOf(texts: Readonly<Record<PageKind, string>>): string {
  return Object.values(texts).map(hashOf).join(" ");
}

/** The text of a page. */
export function htmlPage({ site, title, content, kind = "other", path, refresh }: PageOptions): string {
  const head = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} ${DOT} peer-exporter</title>
<link rel="icon" href="${site.linkPrefix}/favicon.svg" type="image/svg+xml">
<style>`;
  const body = markup`</head>
<body${refresh === undefined ? NOTHING : markup` data-refresh="${refresh.seconds}"`}>
${header(site, path)}
<p id="notice" role="alert"></p>
<main id="main" tabindex="-1">
${content}
${refresh === undefined ? NOTHING : asOf(refresh)}</main>
${footer(site)}
`;
  const script = refresh === undefined ? "" : `<script>${SCRIPTS[kind]}</script>\n`;
  return `${htmlOf(head)}${STYLES[kind]}</style>\n<script>${HEAD_SCRIPT}</script>\n${htmlOf(body)}${script}</body>\n</html>\n`;
}

function asOf({ seconds, nowMs }: NonNullable<PageOptions["refresh"]>): Markup {
  return markup`<p class="quiet">As of ${timeOfDay(nowMs)} UTC, refreshed every ${seconds} seconds.<noscript> Without JavaScript this page does not refresh: reload it.</noscript></p>
`;
}
