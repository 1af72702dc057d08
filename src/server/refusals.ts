import type { Logger } from "../logging/logger.ts";

/** Tells which client was refused, and why. */
export type LogRefusal = (kind: string, client: string | undefined, message: string) => void;

/** Untrusted clients choose how often they are refused: one line for each kind in this time is enough. */
const INTERVAL_MS = 60_000;

/**
 * Logs clients that are refused before their first request: the first of each kind immediately, then one in a minute, with the
 * number of those in between. Kinds must come from a fixed list, as each is remembered.
 * @param now milliseconds of a monotonic clock
 */
export function createRefusalLog(log: Logger, now: () => number = () => performance.now()): LogRefusal {
  const kinds = new Map<string, { readonly loggedAt: number; more: number }>();
  return (kind, client = "unix socket", message) => {
    const last = kinds.get(kind);
    if (last !== undefined && now() - last.loggedAt < INTERVAL_MS) {
      last.more += 1;
      return;
    }
    const more = last?.more ?? 0;
    kinds.set(kind, { loggedAt: now(), more: 0 });
    const since = more === 0 ? "" : `; ${more} more of this kind since the last such line`;
    // An IPv4 address, as a socket of IPv6 has it.
    const address = client.replace(/^::ffff:(?=\d+\.)/, "");
    log.warn({ client: address, reason: kind, more }, `refused a TLS client: ${message}${since}`);
  };
}

/** The server name that `healthcheck` sends. It takes a refusal for a sign of life, so its refusals are not logged. */
export const HEALTH_CHECK = "healthcheck.invalid";
