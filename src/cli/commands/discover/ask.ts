import { parseConfig } from "../../../config/parse.ts";
import type { Redactor } from "../../../config/redact.ts";
import { openPolling, type PolledNode } from "../polling.ts";
import { type Entry, plainEntry } from "./entry.ts";
import { AddressError } from "./places.ts";

export const TIMEOUT = "5s";

export type Answer = { readonly entry: Entry; readonly polled: PolledNode };

export type Ask = (entries: readonly Entry[]) => Promise<readonly Answer[]>;

/**
 * Polls each entry once, as the exporter would. Nothing when `end` came first.
 * @throws AddressError
 */
export function createAsk(redactor: Redactor, end: AbortSignal): Ask {
  return async (entries) => {
    if (entries.length === 0 || end.aborted) return [];
    // Names only tell them apart here.
    const nodes = entries.map((entry, index) => plainEntry({ ...entry, name: `n${index}` }));
    const parsed = parseConfig({ global: { timeout: TIMEOUT }, nodes }, undefined);
    if (!parsed.ok) throw new AddressError(parsed.problems[0]?.message ?? "not an address");
    redactor.addSecrets(parsed.config);
    const polling = await openPolling(parsed.config.nodes, parsed.config.lag, redactor.redact);
    try {
      const polled = (await polling.round(end)) ?? [];
      return polled.flatMap((one, index) => {
        const entry = entries[index];
        return entry === undefined ? [] : [{ entry, polled: one }];
      });
    } finally {
      await polling.close();
    }
  };
}

/** Whether a node of that chain answered, with its head or with peers: an empty list may be anybody's. */
export function isFound({ polled: { report } }: Answer): boolean {
  return report.head.ok || (report.peers.ok && report.peers.value.connections.length > 0);
}

/** The more of the node is seen, the higher. */
export function rank({ polled: { report } }: Answer): number {
  return (report.peers.ok ? 2 : 0) + (report.head.ok ? 1 : 0);
}
