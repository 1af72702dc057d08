import { describe, expect, test } from "vitest";
import { decodeConnections as decodeMonero } from "../../src/chains/monero/connections.ts";
import { API_FIELDS } from "../../tools/documents/api-fields.ts";
import { CATALOGUE, metricsDocument } from "../../tools/documents/metrics.ts";
import { fields, fixture, list } from "../chains/support.ts";

/** All fields of the responses that the documentation of clio, of a hosted gateway and of chainweb-node shows. */
const DOCUMENTED: Readonly<Record<string, readonly string[]>> = {
  wire: [
    ...["peer", "remote_ip", "remote_port", "connecting", "syncing", "is_bp_peer", "is_socket_open"],
    ...["is_blocks_only", "is_transactions_only"],
    ...[
      ...["network_version", "chain_id", "node_id", "key", "time", "token", "sig", "p2p_address"],
      ...["last_irreversible_block_num", "last_irreversible_block_id", "head_num", "head_id", "os", "agent"],
      "generation",
    ].map((field) => `last_handshake.${field}`),
  ],
  monero: [
    ...["status", "address", "address_type", "avg_download", "avg_upload", "connection_id", "current_download"],
    ...["current_upload", "height", "host", "incoming", "ip", "live_time", "local_ip", "localhost", "peer_id", "port"],
    ...["pruning_seed", "recv_count", "recv_idle_time", "rpc_credits_per_hash", "rpc_port", "send_count"],
    ...["send_idle_time", "state", "support_flags"],
  ],
  // The help of Bitcoin Core 30.
  bitcoin: [
    ...["id", "addr", "addrbind", "addrlocal", "network", "mapped_as", "services", "servicesnames", "relaytxes"],
    ...["lastsend", "lastrecv", "last_transaction", "last_block", "bytessent", "bytesrecv", "conntime", "timeoffset"],
    ...["pingtime", "minping", "pingwait", "version", "subver", "inbound", "bip152_hb_to", "bip152_hb_from"],
    ...["startingheight", "presynced_headers", "synced_headers", "synced_blocks", "inflight", "addr_relay_enabled"],
    ...["addr_processed", "addr_rate_limited", "permissions", "minfeefilter", "bytessent_per_msg", "bytesrecv_per_msg"],
    ...["connection_type", "transport_protocol_type", "session_id"],
  ],
  chainweb: [
    ...["items[].address.hostname", "items[].address.port", "items[].id", "items[] of mempool/peer", "limit", "next"],
    ...["x-chainweb-node-version", "x-server-timestamp", "x-peer-addr", "PUT cut/peer, PUT mempool/peer"],
  ],
};

test.each(API_FIELDS.map(({ chain, fields: own }) => [chain, Object.keys(own)] as const))(
  "%s: every documented field has a series or a reason",
  (chain, named) => {
    expect([...named].sort()).toEqual([...(DOCUMENTED[chain] ?? [])].sort());
  },
);

const USES = API_FIELDS.flatMap(({ chain, fields: own }) =>
  Object.entries(own).map(([field, use]) => [chain, field, use] as const),
);

test.each(USES)("%s %s", (chain, field, { families, reason }) => {
  expect((families === undefined) !== (reason === undefined)).toBe(true);
  const isShared = (name: string) => name.startsWith("p2p_node_poll") || name === "p2p_node_reference_height";
  for (const name of families ?? []) {
    const family = CATALOGUE.find((one) => one.name === name);
    expect(family, name).toBeDefined();
    if (!isShared(name)) expect(Object.keys(family?.sources ?? {}), name).toContain(chain);
  }
  if (reason !== undefined) expect(metricsDocument()).toContain(`| \`${field}\` | ${reason} |`);
});

describe("rows of real nodes have no field that is not documented here", () => {
  const usesOf = (chain: string) => Object.keys(API_FIELDS.find((api) => api.chain === chain)?.fields ?? {});

  test("Wire's documentation", () => {
    const [row] = list(fixture("wire/l5-leap-5.0-w1.json")).map(fields);
    const names = Object.keys(row ?? {}).flatMap((name) =>
      name === "last_handshake"
        ? Object.keys(fields(row?.last_handshake)).map((one) => `last_handshake.${one}`)
        : [name],
    );
    expect(usesOf("wire")).toEqual(expect.arrayContaining(names));
  });

  test("the decoder of Monero reads no field that has a reason to be left out", () => {
    const row = { address: "192.0.2.1:18080", incoming: false, state: "normal", connection_id: "a".repeat(32) };
    const at = { receivedMs: 0 };
    const more = { avg_download: 1, current_upload: 2, peer_id: "b", support_flags: 1, rpc_credits_per_hash: 3 };
    expect(decodeMonero({ connections: [{ ...row, ...more }] }, "call", at)).toEqual(
      decodeMonero({ connections: [row] }, "call", at),
    );
  });
});
