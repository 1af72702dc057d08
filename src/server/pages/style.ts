import CARDS from "./style/cards.css?minified";
import CHARTS from "./style/charts.css?minified";
import NODE from "./style/node.css?minified";
import PAGE from "./style/page.css?minified";
import PRINT from "./style/print.css?minified";
import SITE from "./style/site.css?minified";
import STATUS from "./style/status.css?minified";
import TABLES from "./style/tables.css?minified";

/** Pages with a style and scripts of their own in addition to those of all pages: every page contains only what it needs. */
export type PageKind = "nodes" | "node" | "other";

const OWN: Readonly<Record<PageKind, readonly string[]>> = { nodes: [STATUS], node: [CHARTS, NODE], other: [] };

/**
 * The style of a page, in one text that the page contains. The colours are those of page.css, each with its light and its dark
 * value; system fonts only, as nothing is loaded.
 *
 * On screens, tables turn into cards in narrow windows; those with many columns do so earlier. Paper keeps the tables.
 */
function styleOf(kind: PageKind): string {
  return [
    PAGE,
    SITE,
    ...OWN[kind],
    TABLES,
    `@media screen and (max-width: 48rem){${CARDS}}`,
    `@media screen and (max-width: 78rem){${CARDS.replaceAll(".cards", ".cards.many")}}`,
    `@media print{${PRINT}}`,
  ].join("\n");
}

export const STYLES: Readonly<Record<PageKind, string>> = {
  nodes: styleOf("nodes"),
  node: styleOf("node"),
  other: styleOf("other"),
};
