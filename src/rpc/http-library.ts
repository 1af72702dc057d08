/**
 * The parts of undici that are used. Loaded at the first request to a node, as they take a tenth of the start of a server
 * that nobody has asked for anything yet (docs/performance.md).
 */
export { default as createDialler } from "undici/lib/core/connect.js";
export { default as Client } from "undici/lib/dispatcher/client.js";
