import { createHash } from "node:crypto";
import { PAGE_STYLE } from "./html.ts";

const styleHash = createHash("sha256").update(PAGE_STYLE).digest("base64");

/**
 * What a browser may do with our pages. They show texts of strangers: should one of them ever become markup, it still
 * runs no script, loads nothing, and nobody puts the page into a frame.
 */
export const PAGE_HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
} as const;
