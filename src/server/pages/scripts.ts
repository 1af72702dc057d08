import { createHash } from "node:crypto";
import CHARTS from "./script/charts.js?minified";
import COPY from "./script/copy.js?minified";
import REFRESH from "./script/refresh.js?minified";
import SEARCH from "./script/search.js?minified";
import THEME from "./script/theme.js?minified";
import type { PageKind } from "./style.ts";

/*
 * Each file is a block of its own, so that names do not meet. The policy of the pages allows these texts by their hashes, and
 * no other script.
 */

/**
 * The script in the head of every page: it runs before the first paint, so that a remembered theme is there from the
 * beginning, and before there is a body, so that it listens on the document.
 */
export const HEAD_SCRIPT = [THEME, COPY].join("\n");

/**
 * The scripts of the pages that refresh themselves, at the end of their bodies. After a refresh replaced the main part, the
 * document gets an event named `shown`.
 */
export const SCRIPTS: Readonly<Record<PageKind, string>> = {
  nodes: [REFRESH, SEARCH].join("\n"),
  node: [REFRESH, CHARTS].join("\n"),
  other: REFRESH,
};

/** As a policy names a script or style that the page contains. */
export function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
