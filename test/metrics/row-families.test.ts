import { describe, expect, test } from "vitest";
import type { ChainTraits } from "../../src/chains/adapter.ts";
import { chains } from "../../src/chains/index.ts";
import { chainFamily, type NodeFamily } from "../../src/metrics/family.ts";
import { createNodeRenderer } from "../../src/metrics/render-node.ts";
import { parseAddress } from "../../src/model/address.ts";
import type { ChainFamily } from "../../src/model/chain-family.ts";
import { chainSample, type PeerConnection } from "../../src/model/report.ts";
import { nodeConfig, peers, report, row, stateAfter } from "../poll/support.ts";
import { find, type Page } from "../support/exposition-parser.ts";
import { catalogue, names, read, renderPage, SETTINGS } from "./support.ts";

/** Families of the rows of a peer list: of connections, and of peers that a node only knows. */

function declare(rest: Pick<ChainFamily, "name"> & Partial<ChainFamily>): ChainFamily {
  return { type: "gauge", help: "X, from the last poll.", source: "x", labels: [], ...rest };
}

const ROLES = declare({ name: "p2p_x_connection_info", scope: "connection", labels: ["is_seed", "kind"] });
const SCORE = declare({ name: "p2p_x_connection_score", scope: "connection", merged: "max" });
const PEERS = declare({ name: "p2p_x_peer_info", scope: "peer", labels: ["address_type", "identity"] });
const CUT = declare({ name: "p2p_x_peer_height", scope: "peer", merged: "max" });

const CONNECTIONS: ChainTraits = chains.monero.traits;
const KNOWN_PEERS: ChainTraits = { directions: ["unknown"], states: [] };

function pageOf(rows: readonly PeerConnection[], traits: ChainTraits, settings: Partial<typeof SETTINGS> = {}): Page {
  const families: readonly NodeFamily[] = [
    ...catalogue.filter(({ name }) => name.startsWith("p2p_connection_")),
    ...[ROLES, SCORE, PEERS, CUT].map((family) => chainFamily(family, "x")),
  ];
  const render = createNodeRenderer(
    families,
    () => traits,
    () => ({ ...SETTINGS, ...settings }),
  );
  const state = stateAfter(report({ peers: peers(...rows) }), { node: nodeConfig({ name: "n" }) });
  return read(renderPage([{ state, ...render(state) }], [], "openmetrics", families), "openmetrics");
}

/** The labels of each series of a family but for those of the node, and its value. */
function seriesOf(page: Page, family: string) {
  return find(page, family).map(({ labels, value }) => {
    const { target: _, chain: __, ...own } = Object.fromEntries(labels);
    return [own, value] as const;
  });
}

function at(id: string, address: string, rest: Partial<PeerConnection> = {}): PeerConnection {
  return row({ id, address: parseAddress(address), ...rest });
}

describe("texts about a connection", () => {
  const seed = { family: ROLES, labels: ["true", "relay"] };

  test("are the labels of one series with the value 1; a label that is not known is left out", () => {
    const rows = [
      at("a", "192.0.2.1:1", { info: seed }),
      at("b", "192.0.2.2:1", { info: { family: ROLES, labels: ["", 'x"\n'] } }),
      at("c", "192.0.2.3:1", { info: { family: ROLES, labels: ["", ""] } }),
      at("d", "192.0.2.4:1", { info: seed, direction: "outbound" }),
      at("e", "192.0.2.5:1"),
    ];
    expect(seriesOf(pageOf(rows, CONNECTIONS), ROLES.name)).toEqual([
      [{ direction: "inbound", peer: "192.0.2.1:1", is_seed: "true", kind: "relay" }, 1],
      [{ direction: "inbound", peer: "192.0.2.2:1", kind: 'x"\ufffd' }, 1],
      [{ direction: "outbound", peer: "192.0.2.4:1", is_seed: "true", kind: "relay" }, 1],
    ]);
  });

  test("of connections that share a name are those of one in the better state", () => {
    const other = { family: ROLES, labels: ["false", "relay"] };
    const rows = [
      at("a", "192.0.2.1:1", { info: seed, state: "handshaking" }),
      at("b", "192.0.2.1:2", { info: other }),
    ];
    for (const list of [rows, rows.toReversed()]) {
      expect(seriesOf(pageOf(list, CONNECTIONS, { address: "host" }), ROLES.name)).toEqual([
        [{ direction: "inbound", peer: "192.0.2.1", is_seed: "false", kind: "relay" }, 1],
      ]);
    }
  });

  test("declare the labels of the connection and their own", () => {
    expect(chainFamily(ROLES, "x").labels).toEqual(["direction", "peer", "is_seed", "kind"]);
    expect(chainFamily(PEERS, "x").labels).toEqual(["peer", "address_type", "identity"]);
    expect(chainFamily(CUT, "x").labels).toEqual(["peer"]);
  });
});

describe("the state of a connection", () => {
  test("is one series for each, and of connections that share a name one for each state that any of them has", () => {
    const rows = [
      at("a", "192.0.2.1:1", { state: "handshaking" }),
      at("b", "192.0.2.1:2"),
      at("c", "192.0.2.1:3"),
      at("d", "192.0.2.2:1", { state: "disconnected" }),
      at("e", "192.0.2.3:1", { state: undefined }),
    ];
    expect(seriesOf(pageOf(rows, CONNECTIONS, { address: "host" }), "p2p_connection_state")).toEqual([
      [{ direction: "inbound", peer: "192.0.2.1", state: "connected" }, 1],
      [{ direction: "inbound", peer: "192.0.2.1", state: "handshaking" }, 1],
      [{ direction: "inbound", peer: "192.0.2.2", state: "disconnected" }, 1],
    ]);
  });
});

describe("a list of known peers", () => {
  const known = (id: string, address: string, rest: Partial<PeerConnection> = {}) =>
    at(id, address, {
      direction: "unknown",
      state: undefined,
      receivedBytes: 5,
      sentBytes: 5,
      info: { family: PEERS, labels: ["ipv4", "ca"] },
      chainSamples: [chainSample(CUT, Number(id)), chainSample(SCORE, 1)],
      ...rest,
    });
  const rows = [known("1", "192.0.2.1:1789"), known("2", "192.0.2.2:1789")];

  test("has only families of peers, which are named without a direction", () => {
    const page = pageOf(rows, KNOWN_PEERS);
    expect(names(page)).toEqual([PEERS.name, CUT.name]);
    expect(seriesOf(page, CUT.name)).toEqual([
      [{ peer: "192.0.2.1:1789" }, 1],
      [{ peer: "192.0.2.2:1789" }, 2],
    ]);
    expect(seriesOf(page, PEERS.name)[0]).toEqual([
      { peer: "192.0.2.1:1789", address_type: "ipv4", identity: "ca" },
      1,
    ]);
  });

  test("without addresses has one series for all of them", () => {
    const page = pageOf(rows, KNOWN_PEERS, { address: "none" });
    expect(seriesOf(page, CUT.name)).toEqual([[{}, 2]]);
    expect(seriesOf(page, PEERS.name)).toEqual([[{ address_type: "ipv4", identity: "ca" }, 1]]);
  });

  test("a list of connections has none of them", () => {
    const page = pageOf(
      rows.map((each) => ({ ...each, state: "connected" as const })),
      CONNECTIONS,
    );
    expect(names(page)).toContain(SCORE.name);
    expect(names(page)).not.toContain(CUT.name);
    expect(names(page)).not.toContain(PEERS.name);
  });
});
