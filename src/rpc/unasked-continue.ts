import type { Socket } from "node:net";

const CONTINUE = 100;
const PROCESSING = 102;

type OnHeaders = (status: number, isUpgrade: boolean, keepsAlive: boolean) => number;

/** The part of undici's parser that decides about a response, by its head. */
type HeadParser = { onHeadersComplete: OnHeaders };

/**
 * Makes undici read past `100 Continue`, which some servers and proxies send unasked, as RFC 9110 15.2 wants.
 * undici closes the connection at a 100 (lib/dispatcher/client-h1.js onHeadersComplete) and reads past every other interim
 * response, so its parser gets another one. A filter in front of the parser would have to parse the head of each response
 * a second time.
 * @param socket a connection of undici
 * @param parserKey undici's `kParser`, under which it keeps the parser of a connection
 */
export function readPastContinue(socket: Socket, parserKey: symbol): void {
  const parser: unknown = Reflect.get(socket, parserKey);
  if (!isHeadParser(parser) || Object.hasOwn(parser, "onHeadersComplete")) return;
  const onHeaders = parser.onHeadersComplete.bind(parser);
  parser.onHeadersComplete = (status, isUpgrade, keepsAlive) =>
    onHeaders(status === CONTINUE ? PROCESSING : status, isUpgrade, keepsAlive);
}

function isHeadParser(value: unknown): value is HeadParser {
  return (
    typeof value === "object" &&
    value !== null &&
    "onHeadersComplete" in value &&
    typeof value.onHeadersComplete === "function"
  );
}
