import { FAVICON } from "../pages/mark.ts";
import { respond } from "../respond.ts";
import type { Route } from "../router.ts";

/**
 * The icon of the pages. Browsers also ask for `/favicon.ico`, for responses that are no pages; they take the type from the
 * header. It changes only with the program, and a login may be needed to get it.
 */
export function faviconRoutes(): readonly Route[] {
  const icon = respond(200, "image/svg+xml", FAVICON, { "cache-control": "private, max-age=86400" });
  return ["/favicon.svg", "/favicon.ico"].map((path) => ({ path, handle: () => icon }));
}
