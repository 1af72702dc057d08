import CHARTS from "./script/charts.js?minified";
import REFRESH from "./script/refresh.js?minified";
import SEARCH from "./script/search.js?minified";

/**
 * The script of the pages that refresh themselves, in one text that each of them contains. Each file is a block of its own, so that
 * names do not meet. After a refresh replaced the main part, the document gets an event named `shown`.
 */
export const SCRIPT = [REFRESH, SEARCH, CHARTS].join("\n");
