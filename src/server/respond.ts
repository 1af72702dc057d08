import { PAGE_HEADERS } from "./page-headers.ts";

/** What the server is asked and what it answers, as plain data: routes know nothing of sockets. */

export type Request = {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** What stands behind the question mark. */
  readonly query: string;
  /** The host, with the port where it has one, that the request names as this exporter's. */
  readonly host: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** The part of the path that the route leaves open. */
  readonly rest: string;
  /** Tells when nobody waits for the answer any more; at once, if nobody does. */
  readonly onGone: (listener: () => void) => void;
};

export type WholeBody = { readonly kind: "whole"; readonly chunks: readonly Uint8Array[]; readonly bytes: number };

export type Body =
  | WholeBody
  /** Too large to be held at once: each chunk may be overwritten when the next one is asked for. */
  | {
      readonly kind: "streamed";
      readonly chunks: Iterable<Uint8Array>;
      /** What they are made of, which is not given back before the last one is sent, and about how large it is. */
      readonly from?: { readonly page: object; readonly bytes: number };
    };

export type Headers = Readonly<Record<string, string>>;

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
};

export function wholeBody(chunks: readonly Uint8Array[]): WholeBody {
  return { kind: "whole", chunks, bytes: chunks.reduce((sum, { length }) => sum + length, 0) };
}

export function answer(status: number, type: string, content: string, headers: Headers = {}): Answer {
  return { status, headers: { "content-type": type, ...headers }, body: wholeBody([Buffer.from(content)]) };
}

/** A line of plain text that begins with the status, as one reads it with curl. */
export function problem(status: number, words: string, headers: Headers = {}): Answer {
  return text(status, `${status}: ${words}\n`, headers);
}

export function text(status: number, content: string, headers: Headers = {}): Answer {
  return answer(status, "text/plain; charset=utf-8", content, headers);
}

export function html(content: string): Answer {
  return answer(200, "text/html; charset=utf-8", content, PAGE_HEADERS);
}

export function json(content: string): Answer {
  return answer(200, "application/json; charset=utf-8", content);
}
