import { firstHeader } from "./headers.ts";
import type { RpcResponse } from "./message.ts";

/**
 * A server's clock minus ours, in seconds, from a time that it put into an answer.
 * @param stampSeconds unix seconds, cut to whole ones: their middle is half a second later
 */
export function clockSkewSeconds(
  stampSeconds: number,
  { sentMs, receivedMs }: Pick<RpcResponse, "sentMs" | "receivedMs">,
): number {
  const skew = stampSeconds + 0.5 - (sentMs + receivedMs) / 2000;
  return Math.round(skew * 1000) / 1000;
}

/** From the Date header (RFC 9110 6.6.1); not from an answer that a cache kept for a while. */
export function dateSkewSeconds(response: RpcResponse): number | undefined {
  const text = firstHeader(response, "date") ?? "";
  // Date.parse alone takes almost anything for a date; HTTP's end so.
  const date = text.endsWith(" GMT") ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) || response.headers.age !== undefined ? undefined : clockSkewSeconds(date / 1000, response);
}
