/** Lets a node be polled by /probe as often as a test wants, and not only once in a tenth of its interval: an option of Node.js. */
export const HURRY = `--import=${new URL("../e2e/preload/hurry.mjs", import.meta.url).href}`;
