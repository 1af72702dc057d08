import { createHash } from "node:crypto";
import { PAGE_SCRIPT } from "./pages/script.ts";
import { PAGE_STYLE } from "./pages/style.ts";

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * What a browser may do with our pages. They show texts of strangers: should one of them ever become markup, it still
 * runs no script but ours, loads nothing, and nobody puts the page into a frame.
 */
export const PAGE_HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    `style-src ${hashOf(PAGE_STYLE)}`,
    `script-src ${hashOf(PAGE_SCRIPT)}`,
    // The script asks for the page again.
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
} as const;
