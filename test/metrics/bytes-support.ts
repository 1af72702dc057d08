import { chains } from "../../src/chains/index.ts";
import type { ConnectionSettings } from "../../src/metrics/connection-settings.ts";
import { createNodeRenderer } from "../../src/metrics/render-node.ts";
import { parseAddress } from "../../src/model/address.ts";
import { type PeerConnection, type PeerList, succeeded } from "../../src/model/report.ts";
import { EMPTY_HISTORY, forOtherSession } from "../../src/poll/history.ts";
import { NO_SERIES, type SeriesMemory } from "../../src/poll/store.ts";
import { deadReport, INTERVAL_MS, NOW, nodeConfig, report, row, stateAfter } from "../poll/support.ts";
import { find, type Page } from "../support/exposition-parser.ts";
import { catalogue, read, renderPage, SETTINGS } from "./support.ts";

/** The byte counters of connections over many polls of one node. */

/** A poll: its rows, or a poll that fails. */
export type Polled = readonly PeerConnection[] | "failed";

export type PollOptions = Partial<Omit<PeerList, "connections">> & {
  readonly process?: string;
  readonly settings?: Partial<ConnectionSettings>;
};

/** Bytes by the `peer` label, after its direction: `inbound 192.0.2.1`. */
export type Shown = ReadonlyMap<string, number>;

const FAMILIES = catalogue.filter(({ name }) => name.startsWith("p2p_connection_"));

/** @param start settings until a poll has others, as after a reload */
export function createNode(start: Partial<ConnectionSettings> = {}) {
  let settings = { ...SETTINGS, ...start };
  const render = createNodeRenderer(
    FAMILIES,
    ({ chain }) => chains[chain].traits,
    () => settings,
  );
  const node = nodeConfig({ chain: "monero" });
  let history = EMPTY_HISTORY;
  let series: SeriesMemory = NO_SERIES;
  let polls = 0;

  function poll(polled: Polled, { process, settings: other, malformed = 0, ...list }: PollOptions = {}): Page {
    settings = { ...settings, ...other };
    const given =
      polled === "failed"
        ? deadReport()
        : report({ peers: succeeded({ connections: polled, malformed, ...list }), process });
    const endedMs = NOW + polls * INTERVAL_MS;
    polls += 1;
    const state = stateAfter(given, { node, history, endedMs });
    const rendered = render(state, { series, nowMs: endedMs - NOW });
    history = state.history;
    series = rendered.series ?? series;
    const page = renderPage([{ state, ...rendered }], [], "openmetrics", FAMILIES);
    return read(page, "openmetrics");
  }

  return {
    page: poll,
    /** The bytes received of each name. */
    poll: (polled: Polled, options?: PollOptions) =>
      valuesOf(poll(polled, options), "p2p_connection_receive_bytes_total"),
    /** When they began. */
    created: (polled: Polled, options?: PollOptions) =>
      valuesOf(poll(polled, options), "p2p_connection_receive_bytes_created"),
    memory: () => series.bytes,
    /** The exporter opens another session with the node, as after a reload. */
    reload: () => {
      history = forOtherSession(history);
    },
  };
}

function valuesOf(page: Page, family: string): Shown {
  return new Map(
    find(page, family).map(({ labels, value }) => [
      [labels.get("direction"), labels.get("peer")].filter((label) => label !== undefined).join(" "),
      value,
    ]),
  );
}

/** A connection that has received as much as it has sent. */
export function connection(id: string, address: string, bytes?: number, rest: Partial<PeerConnection> = {}) {
  return row({ id, address: parseAddress(address), receivedBytes: bytes, sentBytes: bytes, ...rest });
}
