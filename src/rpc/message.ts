import type { Signal } from "../lib/abort.ts";
import type { Hide } from "../lib/hide.ts";
import type { ResponseBudget } from "./budget.ts";

export type RpcRequest = {
  /** How errors name the call: an API path or method name, never anything from the configured URL. */
  readonly name: string;
  readonly method: "GET" | "POST";
  /** Path and query on the server. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The limits of the response, unless the node has limits of its own. Default: those of a list of peers. */
  readonly budget?: ResponseBudget | undefined;
};

export type RpcResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  /** The limits that apply to it. Default: those of its request. */
  readonly budget?: ResponseBudget | undefined;
  /**
   * When the request was sent and when the whole response had arrived, unix milliseconds. Both by our clock as it was at the
   * end, so that a change of the clock meanwhile does not make the request longer.
   */
  readonly sentMs: number;
  readonly receivedMs: number;
  /** Takes the credentials of the request out of a text of the server. */
  readonly hide?: Hide | undefined;
  /** With status 401, what the request had carried; undefined for nothing. */
  readonly sent?: SentLogin | undefined;
};

/** The credentials of a request, without their secrets, to explain why they were refused. */
export type SentLogin = {
  readonly login:
    | { readonly kind: "none" | "bearer" }
    /** `missing`: there was no such file, as this says, so nothing was sent. */
    | { readonly kind: "cookie"; readonly missing?: string | undefined }
    /** `isFromUrl`: from the userinfo of the URL. */
    | { readonly kind: "basic"; readonly isFromUrl: boolean }
    /** In lower case. */
    | { readonly kind: "header"; readonly name: string }
    /**
     * `unanswered`: the server sent no challenge that can be answered. `refused`: it did not accept the answer. `stale`: it calls
     * the answer right, but does not know its nonce.
     */
    | { readonly kind: "digest"; readonly state: "unanswered" | "refused" | "stale" };
  /** Whether further headers were sent. */
  readonly hasHeaders: boolean;
};

/** The value of Authorization or Proxy-Authorization for `user:password` (RFC 7617). */
export function basicCredentials(pair: string): string {
  return `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
}

/** The first value of a header. @param name in lower case */
export function firstHeader({ headers }: Pick<RpcResponse, "headers">, name: string): string | undefined {
  const found = headers[name];
  return typeof found === "object" ? found[0] : found;
}

/** Longer times to wait are shortened to this. */
export const MAX_RETRY_AFTER_SECONDS = 3600;

/** Retry-After in seconds, from its number or date form (RFC 9110 10.2.3). @param now unix milliseconds */
export function retryAfter(response: RpcResponse, now = Date.now()): { retryAfterSeconds?: number } {
  const header = firstHeader(response, "retry-after")?.trim();
  if (header === undefined || header === "") return {};
  // Date.parse alone would accept almost any text with a number.
  const date = /^[A-Z][a-z]+, .* GMT$/.test(header) ? Date.parse(header) : Number.NaN;
  const seconds = /^\d+$/.test(header) ? Number(header) : (date - now) / 1000;
  return seconds > 0 ? { retryAfterSeconds: Math.min(seconds, MAX_RETRY_AFTER_SECONDS) } : {};
}

/**
 * The server's clock minus the exporter's, in seconds.
 * @param stampSeconds a time from the response, unix seconds without fraction: on average half a second earlier than the clock
 */
export function clockSkewSeconds(
  stampSeconds: number,
  { sentMs, receivedMs }: Pick<RpcResponse, "sentMs" | "receivedMs">,
): number {
  const skew = stampSeconds + 0.5 - (sentMs + receivedMs) / 2000;
  return Math.round(skew * 1000) / 1000;
}

/** Sends a request and returns its response. */
export type Exchange = (request: RpcRequest, signal: Signal) => Promise<RpcResponse>;
