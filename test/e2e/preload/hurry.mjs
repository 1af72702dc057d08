// Loaded before the program (--import): each request for /probe?node= finds the clock that never goes back ten minutes later than the one
// before, so that no answer is shared: a tenth of the hour between two scheduled polls has passed. A poll that runs meanwhile loses that time, too.
import { subscribe } from "node:diagnostics_channel";

const LATER_MS = 10 * 60_000;

const now = performance.now.bind(performance);
let passedMs = 0;

performance.now = () => now() + passedMs;

subscribe("http.server.request.start", ({ request }) => {
  if (request.url?.startsWith("/probe?node=")) passedMs += LATER_MS;
});
