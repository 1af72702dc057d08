import { htmlOf, type Markup, markup, NOTHING } from "../markup.ts";
import { PAGE_SCRIPT } from "./script.ts";
import { PAGE_STYLE } from "./style.ts";

export type PageOptions = {
  readonly title: string;
  readonly version: string;
  readonly content: Markup;
  /** The page refreshes itself; absent: it stands still. */
  readonly refreshSeconds?: number | undefined;
};

/** A whole page around its content. */
export function htmlPage({ title, version, content, refreshSeconds }: PageOptions): string {
  const refresh = refreshSeconds === undefined ? NOTHING : markup` data-refresh="${refreshSeconds}"`;
  const head = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · peer-exporter</title>
<style>`;
  const body = markup`</style>
</head>
<body${refresh}>
<header><nav aria-label="Pages"><ul>${LINKS.map(([path, text]) => markup`<li><a href="${path}">${text}</a></li>`)}</ul></nav></header>
<p id="lost" role="alert"></p>
<main>
${content}
</main>
<footer><p>peer-exporter ${version}</p></footer>
`;
  const script = refreshSeconds === undefined ? "" : `<script>${PAGE_SCRIPT}</script>\n`;
  return `${htmlOf(head)}${PAGE_STYLE}${htmlOf(body)}${script}</body>\n</html>\n`;
}

const LINKS: readonly (readonly [path: string, text: string])[] = [
  ["/", "Nodes"],
  ["/config", "Configuration"],
  ["/dashboards", "Dashboards"],
  ["/rules", "Rules"],
];
