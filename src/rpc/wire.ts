/** A request as it is sent, and the headers of a response as they arrive. */

export type WireRequest = {
  readonly method: "GET" | "POST";
  /** Path and query; with a proxy that forwards, the whole URL. */
  readonly path: string;
  /** With `host`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
};

/** Names in lower case. A header that was sent more than once has all its values. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Headers that say how a message is read. The configuration refuses them; a caller that passes them has a bug. */
const FRAMING_HEADERS: ReadonlySet<string> = new Set([
  ...["connection", "content-length", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"],
]);

/** A request that must not be sent as it is. */
class RequestError extends Error {
  readonly code = "INVALID_REQUEST";
}

/**
 * The headers of a request: name, value, name, value and so on.
 * @throws RequestError for a header that would change how the request is read
 */
export function wireHeaders({ method, headers, body }: WireRequest): string[] {
  const lines: string[] = [];
  for (const name in headers) {
    if (FRAMING_HEADERS.has(name.toLowerCase()))
      throw new RequestError("expected no header about the framing, found one");
    lines.push(name, headers[name] ?? "");
  }
  if (body !== undefined || method === "POST") lines.push("content-length", String(Buffer.byteLength(body ?? "")));
  lines.push("connection", "keep-alive");
  return lines;
}

/** @param raw name, value, name, value and so on, each byte as one character */
export function headersOf(raw: readonly string[]): Headers {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = textOf(raw[index + 1] ?? "");
    const known = headers[name];
    if (known === undefined) headers[name] = value;
    else if (typeof known === "string") headers[name] = [known, value];
    else known.push(value);
  }
  return headers;
}

/** Servers send names of users and realms in UTF-8. */
function textOf(value: string): string {
  return /^[\0-\x7f]*$/.test(value) ? value : Buffer.from(value, "latin1").toString();
}
