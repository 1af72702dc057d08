import type { Socket } from "node:net";

/** What Node's parser is told to take for the end of HTTP on a connection; whatever follows in the same read is left alone. */
const OTHER_PROTOCOL = 2;

/**
 * Node parses all requests that came with one read, up to 64 KiB of them, also when the connection was closed at the first
 * one, and makes an error for each. Its documentation has no way to stop that; lib/_http_common.js and lib/_http_server.js of
 * Node 20 to 26 ask `onIncoming` of the parser how to go on after the headers of each request. Where that is gone, those requests are
 * parsed and thrown away.
 */
export function stopParsing(socket: Socket): void {
  const parser: unknown = "parser" in socket ? socket.parser : undefined;
  if (typeof parser === "object" && parser !== null && "onIncoming" in parser) parser.onIncoming = () => OTHER_PROTOCOL;
}
