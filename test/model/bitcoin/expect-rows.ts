import type { Expectations } from "../expectations.ts";
import type { BitcoinPeer } from "./node.ts";

/** What the page should say of the connections of a node. Each has a whole address of its own. */
export function expectRows({ expect }: Expectations, peers: readonly BitcoinPeer[], maySync: boolean): void {
  for (const peer of peers) {
    const { isReady, side, addr, network } = peer;
    const labels = { direction: side, peer: addr };
    const sum = (bytes: ReadonlyMap<string, number>) => [...bytes.values()].reduce((all, each) => all + each, 0);
    const above0 = (value: number) => (value > 0 ? value : undefined);
    const address_type = network === "onion" ? "tor" : network;
    // Absent before the handshake, which tells the software.
    if (isReady) expect("p2p_connection_info", 1, { ...labels, address_type, agent: peer.agent });
    expect("p2p_connection_state", 1, { ...labels, state: isReady ? "connected" : "handshaking" });
    expect("p2p_connection_receive_bytes_total", sum(peer.received), labels);
    expect("p2p_connection_transmit_bytes_total", sum(peer.sent), labels);
    expect("p2p_connection_head_height", above0(peer.syncedHeaders), labels);
    const isDownload = maySync && peer.inFlight.length > 0;
    expect("p2p_connection_syncing", isReady ? Number(isDownload) : undefined, { ...labels, flow: "download" });
    expect("p2p_connection_start_timestamp_seconds", peer.openedSeconds, labels);
    expect("p2p_connection_latency_seconds", peer.pingSeconds, labels);
    expect("p2p_bitcoin_connection_synced_blocks_height", above0(peer.syncedBlocks), labels);
    expect("p2p_bitcoin_connection_last_receive_timestamp_seconds", above0(peer.lastReceiveSeconds), labels);
    expect("p2p_bitcoin_connection_last_block_timestamp_seconds", above0(peer.lastBlockSeconds), labels);
  }
}

/** Labels of the info of each row, which depend on the release. */
export function expectRowInfos({ expect }: Expectations, peers: readonly BitcoinPeer[], hasTransport: boolean): void {
  for (const { isReady, side, addr, type, transport, permissions } of peers) {
    // Before the handshake, the transport is not always known.
    if (!isReady) continue;
    expect("p2p_bitcoin_connection_info", 1, {
      ...{ direction: side, peer: addr, connection_type: type, permitted: String(permissions.length > 0) },
      transport: hasTransport ? transport : "",
    });
  }
}

/** The sums so far, and the counts of the connections of the last list. */
export type MessageMemory = {
  readonly sums: ReadonlyMap<string, number>;
  readonly last: ReadonlyMap<string, ReadonlyMap<string, number>>;
};

const KNOWN = ["tx", "inv", "block", "ping"];

/** Bytes by type of message: what each connection gained since the list before. The first list is the start. */
export function expectMessages(
  { expect }: Expectations,
  before: MessageMemory | undefined,
  peers: readonly BitcoinPeer[],
): MessageMemory {
  const sums = new Map(before?.sums);
  const last = new Map<string, ReadonlyMap<string, number>>();
  for (const peer of peers) {
    const counts = new Map<string, number>();
    for (const [family, bytes] of [["receive", peer.received] as const, ["transmit", peer.sent] as const]) {
      for (const [type, value] of bytes) {
        const name = `${family} ${KNOWN.includes(type) ? type : "other"}`;
        counts.set(name, (counts.get(name) ?? 0) + value);
      }
    }
    last.set(peer.identity, counts);
    for (const [name, value] of counts) {
      if (value > 0 && !sums.has(name)) sums.set(name, 0);
      if (before === undefined || value === 0) continue;
      const gain = value - (before.last.get(peer.identity)?.get(name) ?? 0);
      sums.set(name, (sums.get(name) ?? 0) + gain);
    }
  }
  for (const [name, value] of sums) {
    const [family = "", message = ""] = name.split(" ");
    expect(`p2p_bitcoin_message_${family}_bytes_total`, value, { message });
  }
  return { sums, last };
}
