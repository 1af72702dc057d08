import type { Socket } from "node:net";

/**
 * Node parses all requests that came with one read, up to 64 KiB of them, also when the connection was closed at the first
 * one. Its parser can be stopped in between, which only its own socket code does and its documentation does not have: where
 * that is gone, those requests are parsed and thrown away.
 */
export function stopParsing(socket: Socket): void {
  const parser: unknown = "parser" in socket ? socket.parser : undefined;
  if (typeof parser !== "object" || parser === null || !("pause" in parser)) return;
  if (typeof parser.pause === "function") parser.pause();
}
