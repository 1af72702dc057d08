import CARDS from "./style/cards.css?minified";
import CHARTS from "./style/charts.css?minified";
import NODE from "./style/node.css?minified";
import PAGE from "./style/page.css?minified";
import STATUS from "./style/status.css?minified";
import TABLES from "./style/tables.css?minified";

/**
 * The style of every page, in one text that each page contains. Tables turn into cards in narrow windows; those with many
 * columns do so earlier.
 */
export const STYLE = [
  PAGE,
  STATUS,
  CHARTS,
  NODE,
  TABLES,
  `@media (max-width: 48rem){${CARDS}}`,
  `@media (max-width: 78rem){${CARDS.replaceAll(".cards", ".cards.many")}}`,
].join("\n");
