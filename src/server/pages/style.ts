import CARDS from "./style/cards.css?minified";
import CHARTS from "./style/charts.css?minified";
import NODE from "./style/node.css?minified";
import PAGE from "./style/page.css?minified";
import PRINT from "./style/print.css?minified";
import SITE from "./style/site.css?minified";
import STATUS from "./style/status.css?minified";
import TABLES from "./style/tables.css?minified";

/**
 * The style of every page, in one text that each page contains. The colours are those of page.css, each with its light and
 * its dark value; system fonts only, as nothing is loaded.
 *
 * On screens, tables turn into cards in narrow windows; those with many columns do so earlier. Paper keeps the tables.
 */
export const STYLE = styleOf([STATUS, CHARTS, NODE]);

/** Without what only the page of a node has: the page of all nodes has the most of its own. */
export const STATUS_STYLE = styleOf([STATUS]);

function styleOf(ofPages: readonly string[]): string {
  return [
    ...[PAGE, SITE, ...ofPages, TABLES],
    `@media screen and (max-width: 48rem){${CARDS}}`,
    `@media screen and (max-width: 78rem){${CARDS.replaceAll(".cards", ".cards.many")}}`,
    `@media print{${PRINT}}`,
  ].join("\n");
}
