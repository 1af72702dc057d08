import COPY from "./script/copy.js?minified";
import REFRESH from "./script/refresh.js?minified";
import THEME from "./script/theme.js?minified";

/** The script in the head of every page, which runs before the first paint. */
export const HEAD_SCRIPT = [THEME, COPY].join("\n");

/**
 * The script of the pages that refresh themselves, in one text that each of them contains. Each file is a block of its own, so that
 * names do not meet. After a refresh replaced the main part, the document gets an event named `shown`.
 */
export const SCRIPT = [REFRESH].join("\n");
