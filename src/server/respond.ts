/** Requests and responses as plain data: routes do not depend on sockets. */

export type Request = {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** The part after the question mark, as it was sent. */
  readonly query: string;
  /** The host, with its port if it has one, that the request was sent to. */
  readonly host: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** The last segment of the path, for routes that end with a wildcard. */
  readonly segment: string;
  /** Calls the listener when the client no longer waits for the response; immediately, if it has already gone. */
  readonly onGone: (listener: () => void) => void;
};

export type Headers = Readonly<Record<string, string>>;

export type HttpResponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  /** What a page for browsers says instead of the body. */
  readonly error?: ErrorText;
};

type ErrorText = { readonly message: string; readonly links: readonly ErrorLink[] };

/** A page that may be the one that was meant. */
export type ErrorLink = { readonly href: string; readonly text: string };

/** Shows an error to the client that sent the request. */
export type ShowError = (response: HttpResponse, request: Request) => HttpResponse;

export type Body = WholeBody | StreamedBody;

export type WholeBody = { readonly kind: "whole"; readonly chunks: readonly Uint8Array[]; readonly bytes: number };

/** A body that is too large to be held in memory as a whole. */
type StreamedBody = {
  readonly kind: "streamed";
  /** Each chunk may be overwritten when the next one is requested. */
  readonly chunks: Iterable<Uint8Array>;
  /** What the chunks are made of, which stays in memory until the last one is sent, and its approximate size. */
  readonly source?: { readonly page: object; readonly bytes: number };
};

export function wholeBody(chunks: readonly Uint8Array[]): WholeBody {
  return { kind: "whole", chunks, bytes: chunks.reduce((sum, { length }) => sum + length, 0) };
}

export function respond(status: number, type: string, content: string, headers: Headers = {}): HttpResponse {
  return { status, headers: { "content-type": type, ...headers }, body: wholeBody([Buffer.from(content)]) };
}

export function text(status: number, content: string, headers: Headers = {}): HttpResponse {
  return respond(status, "text/plain; charset=utf-8", content, headers);
}

export function json(content: string): HttpResponse {
  return respond(200, "application/json; charset=utf-8", content);
}

/**
 * A line of plain text that begins with the status, for people who use curl.
 * @param links for the page that browsers get instead
 */
export function errorResponse(
  status: number,
  message: string,
  headers: Headers = {},
  links: readonly ErrorLink[] = [],
): HttpResponse {
  return { ...text(status, `${status}: ${message}\n`, headers), error: { message, links } };
}
