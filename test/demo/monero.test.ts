import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { createMoneroNetwork, MONERO_LAG } from "../../src/demo/monero/network.ts";
import { createRandom } from "../../src/demo/random.ts";
import { fields, json, request, rows, testClock } from "./support.ts";

const CONNECTION_FIELDS = [
  ...["address", "address_type", "avg_download", "avg_upload", "connection_id", "current_download", "current_upload"],
  ...["height", "host", "incoming", "ip", "live_time", "local_ip", "localhost", "peer_id", "port", "pruning_seed"],
  ...["recv_count", "recv_idle_time", "rpc_credits_per_hash", "rpc_port", "send_count", "send_idle_time", "state"],
  "support_flags",
];

type NodeName = "healthy" | "lagging" | "restricted" | "restarting";

function started(seed = "monero") {
  const clock = testClock();
  const network = createMoneroNetwork(clock, createRandom(seed));
  const raw = (node: NodeName, method: string) =>
    network[node].answer(
      request("/json_rpc", { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: "0", method }) }),
    );
  const call = (node: NodeName, method: string) => fields(fields(json(raw(node, method))).result);
  const get = (node: NodeName, path: string) => network[node].answer(request(path));
  const peers = (node: NodeName) => rows(call(node, "get_connections").connections);
  return { clock, network, raw, call, get, peers };
}

describe("get_connections", () => {
  const { peers, raw } = started();
  const list = peers("healthy");

  test("has the 25 fields, in alphabetical order", () => {
    for (const row of list) expect(Object.keys(row)).toEqual(CONNECTION_FIELDS);
    for (const row of list) expect(row.connection_id).toMatch(/^[0-9a-f]{32}$/);
  });

  test("is written as epee writes it", () => {
    const text = raw("healthy", "get_connections").body.toString();
    expect(text).toMatch(
      /^\{\r\n {2}"id": "0",\r\n {2}"jsonrpc": "2.0",\r\n {2}"result": \{\r\n {4}"connections": \[\{\r\n {6}"address": /,
    );
    expect(text).toMatch(/\r\n {4}\},\{\r\n {6}"address"/);
    expect(text).toMatch(/\r\n {4}\}\],\r\n {4}"status": "OK",\r\n {4}"untrusted": false\r\n {2}\}\r\n\}$/);
  });

  test("knows four kinds of addresses", () => {
    const of = (type: number) => list.filter((row) => row.address_type === type);
    expect(of(1).length).toBeGreaterThan(10);
    for (const row of of(1)) expect(row.address).toBe(`${row.ip}:${row.port}`);
    expect(of(2).length).toBeGreaterThan(0);
    for (const row of of(2)) expect(row.address).toBe(`[${row.host}]:${row.port}`);
    expect(of(3)[0]?.host).toMatch(/^[a-z2-7]{52}\.b32\.i2p$/);
    expect(of(4).find((row) => !row.incoming)?.host).toMatch(/^[a-z2-7]{56}\.onion$/);
    expect(of(4).find((row) => row.incoming)?.address).toBe("<unknown tor host>");
    for (const row of [...of(3), ...of(4)]) expect([row.ip, row.port]).toEqual(["", ""]);
  });

  test("leaves ip and port of IPv6 peers empty before 0.18.5.1", () => {
    const { clock, peers: again } = started();
    const seen = [];
    for (let elapsed = 0; elapsed < 7200 && seen.length === 0; elapsed += 60) {
      clock.moveTo(elapsed);
      seen.push(...again("lagging").filter((row) => row.address_type === 2));
    }
    expect(seen[0]).toMatchObject({ ip: "", port: "" });
  });

  test("shows callers that say nothing", () => {
    const { clock, peers: again } = started();
    const silent = [];
    for (let elapsed = 0; elapsed < 300; elapsed += 2) {
      clock.moveTo(elapsed);
      silent.push(...again("healthy").filter((row) => row.state === "before_handshake"));
    }
    expect(silent.length).toBeGreaterThan(3);
    for (const row of silent) {
      expect(row).toMatchObject({ peer_id: "0".repeat(16), height: 0, recv_count: 0, support_flags: 0 });
    }
  });

  test("peers of a healthy node are not ahead of it, and most are level with it", () => {
    const { call } = started();
    const own = Number(call("healthy", "get_info").height);
    const heights = list.filter((row) => row.state !== "before_handshake").map((row) => Number(row.height));
    expect(Math.max(...heights)).toBe(own);
    expect(heights.filter((height) => own - height <= 6).length).toBeGreaterThan(heights.length / 2);
    expect(new Set(list.map((row) => row.state)).has("synchronizing")).toBe(false);
  });
});

describe("get_info", () => {
  test("counts the public zone only, callers that say nothing included", () => {
    const { call, peers } = started();
    const info = call("healthy", "get_info");
    const open = peers("healthy").filter((row) => Number(row.address_type) <= 2);
    expect(info.incoming_connections_count).toBe(open.filter((row) => row.incoming).length);
    expect(info.outgoing_connections_count).toBe(open.filter((row) => !row.incoming).length);
    expect(peers("healthy").length).toBeGreaterThan(open.length);
  });

  test("agrees with the other calls", () => {
    const { call, get } = started();
    const info = call("healthy", "get_info");
    expect(call("healthy", "get_last_block_header")).toMatchObject({
      block_header: { height: Number(info.height) - 1, hash: info.top_block_hash },
    });
    expect(call("healthy", "sync_info")).toMatchObject({ height: info.height, target_height: 0, overview: "[]" });
    const lists = fields(json(get("healthy", "/get_peer_list")));
    expect(rows(lists.white_list).length).toBe(info.white_peerlist_size);
    expect(rows(lists.gray_list).length).toBe(info.grey_peerlist_size);
    expect(rows(call("healthy", "get_alternate_chains").chains).length).toBe(info.alt_blocks_count);
    expect(fields(json(get("healthy", "/get_info")))).toEqual(info);
  });

  test("a block every 10 s, and it says so", () => {
    const { clock, call } = started();
    const before = call("healthy", "get_info");
    expect(before.target).toBe(10);
    clock.advance(100);
    expect(call("healthy", "get_info").height).toBe(Number(before.height) + 10);
  });

  test("numbers that a double does not hold", () => {
    const { raw, get } = started();
    const difficulty = /"cumulative_difficulty": (\d+)/.exec(raw("healthy", "get_info").body.toString())?.[1] ?? "";
    expect(BigInt(difficulty)).toBeGreaterThan(2n ** 53n);
    expect(get("healthy", "/get_peer_list").body.toString()).toMatch(/"id": \d{18,20},/);
  });
});

describe("traffic", () => {
  test("totals rise and hold all that is and was open", () => {
    const { clock, get, peers } = started();
    const gone = new Map<unknown, number>();
    let total = 0;
    for (let elapsed = 0; elapsed < 3600; elapsed += 10) {
      clock.moveTo(elapsed);
      const stats = fields(json(get("healthy", "/get_net_stats")));
      expect(Number(stats.total_bytes_in)).toBeGreaterThan(total);
      total = Number(stats.total_bytes_in);
      const open = peers("healthy");
      for (const row of open) {
        assert(
          Number(row.recv_count) >= (gone.get(row.connection_id) ?? 0),
          `${row.connection_id} has less than before`,
        );
        gone.set(row.connection_id, Number(row.recv_count));
      }
      expect(total).toBeGreaterThanOrEqual([...gone.values()].reduce((sum, bytes) => sum + bytes, 0));
    }
    expect(gone.size).toBeGreaterThan(60);
  });

  test("a node that was just started has exactly the bytes of its connections", () => {
    const { clock, network, get, peers } = started();
    network.restarting.restart(0);
    clock.advance(30);
    const stats = fields(json(get("restarting", "/get_net_stats")));
    const sum = (key: "recv_count" | "send_count") =>
      peers("restarting").reduce((bytes, row) => bytes + Number(row[key]), 0);
    expect(stats).toMatchObject({ total_bytes_in: sum("recv_count"), total_bytes_out: sum("send_count") });
    expect(stats.total_bytes_in).toBeGreaterThan(0);
  });
});

describe("the lagging node", () => {
  test("falls 18 blocks behind and catches up, and says synchronized all along", () => {
    const { clock, call, peers } = started();
    const lag = () => Number(call("healthy", "get_info").height) - Number(call("lagging", "get_info").height);
    const states = () => new Set(peers("lagging").map((row) => row.state));
    expect(lag()).toBe(0);
    expect(states()).toEqual(new Set(["normal"]));

    clock.moveTo(MONERO_LAG.stallFrom + MONERO_LAG.stallFor);
    expect(lag()).toBe(18);
    expect(call("lagging", "get_info")).toMatchObject({ synchronized: true, target_height: 0 });
    const own = Number(call("lagging", "get_info").height);
    const sources = peers("lagging").filter((row) => row.state === "synchronizing" || row.state === "standby");
    expect(sources.length).toBeGreaterThan(3);
    for (const row of sources) expect(Number(row.height)).toBeGreaterThan(own);
    const sync = call("lagging", "sync_info");
    expect(rows(sync.spans).length).toBeGreaterThan(0);
    expect(sync.overview).toMatch(/^\[m\.*\]$/);

    clock.advance(MONERO_LAG.catchUpFor + 1);
    expect(lag()).toBe(0);
    expect(states().has("synchronizing")).toBe(false);
    clock.moveTo(MONERO_LAG.period + MONERO_LAG.stallFrom + 100);
    expect(lag()).toBe(10);
  });
});

describe("the restricted node", () => {
  const { call, raw, get } = started();

  test("blanks get_info", () => {
    expect(call("restricted", "get_info")).toMatchObject({
      restricted: true,
      outgoing_connections_count: 0,
      incoming_connections_count: 0,
      rpc_connections_count: 0,
      white_peerlist_size: 0,
      grey_peerlist_size: 0,
      alt_blocks_count: 0,
      start_time: 0,
      version: "",
      synchronized: true,
    });
    const text = raw("restricted", "get_info").body.toString();
    expect(text).toContain('"free_space": 18446744073709551615,');
    expect(Number(call("restricted", "get_info").database_size) % 5_368_709_120).toBe(0);
    expect(call("restricted", "get_info").height).toBe(call("healthy", "get_info").height);
  });

  test.each(["get_connections", "sync_info", "get_bans", "get_alternate_chains"])("does not know %s", (method) => {
    const answer = raw("restricted", method);
    expect(answer.status).toBe(200);
    expect(json(answer)).toEqual({ error: { code: -32601, message: "Method not found" }, id: "0", jsonrpc: "2.0" });
  });

  test.each(["/get_net_stats", "/get_peer_list", "/out_peers", "/in_peers"])("has no %s", (path) => {
    expect(get("restricted", path)).toMatchObject({ status: 404, reason: "Not found", body: "" });
  });

  test("has the rest", () => {
    for (const method of ["get_version", "get_last_block_header", "hard_fork_info"]) {
      expect(call("restricted", method).status).toBe("OK");
    }
    expect(json(get("restricted", "/get_limit"))).toMatchObject({ limit_down: 32_768, limit_up: 8192 });
  });
});

describe("a restart", () => {
  test("begins a new life: start time, connections and first sync", () => {
    const { clock, network, call, peers } = started();
    const before = new Set(peers("restarting").map((row) => row.connection_id));
    clock.advance(60);
    network.restarting.restart(0);
    expect(call("restarting", "get_info")).toMatchObject({ start_time: clock.now(), synchronized: false });
    clock.advance(4);
    const syncing = call("restarting", "get_info");
    expect(Number(syncing.target_height)).toBeGreaterThan(Number(syncing.height));
    clock.advance(30);
    expect(call("restarting", "get_info")).toMatchObject({
      synchronized: true,
      target_height: 0,
      height: call("healthy", "get_info").height,
    });
    const after = peers("restarting");
    expect(after.length).toBeGreaterThan(5);
    for (const row of after) expect(before.has(row.connection_id)).toBe(false);
    for (const row of after) expect(Number(row.live_time)).toBeLessThanOrEqual(34);
  });
});

describe("requests", () => {
  const { network, call, get } = started();
  const post = (body: string, target = "/json_rpc", headers = {}) =>
    network.healthy.answer(request(target, { method: "POST", body, headers }));
  const error = (code: number, message: string, id: string | number = 0) => ({
    error: { code, message },
    id,
    jsonrpc: "2.0",
  });

  test("errors as the real one gives them", () => {
    const invalid = error(-32600, "Invalid Request");
    expect(json(post(""))).toEqual(invalid);
    expect(json(post('{"jsonrpc":'))).toEqual(invalid);
    expect(json(post('{"jsonrpc":"2.0","id":"0"}'))).toEqual(invalid);
    expect(json(post('{"method":"get_info"}', "/json_rpc", { "transfer-encoding": "chunked" }))).toEqual(invalid);
    expect(json(get("healthy", "/json_rpc"))).toEqual(invalid);
    expect(json(post('[{"method":"get_info"}]'))).toEqual(error(-32700, "Parse error"));
    expect(json(post('{"method":"get_connectionz","id":7}'))).toEqual(error(-32601, "Method not found", 7));
    expect(post('{"method":"get_connectionz","id":"0"}').body.length).toBe(114);
  });

  test("the id comes back, and a missing one is 0", () => {
    expect(json(post('{"method":"get_version","id":7}'))).toMatchObject({ id: 7 });
    expect(json(post('{"method":"get_version"}'))).toMatchObject({ id: 0, result: { status: "OK" } });
    expect(json(post('{"method":"get_connections","params":"x","id":"a"}'))).toMatchObject({ id: "a" });
  });

  test("paths", () => {
    for (const path of ["/", "/nope", "/json_rpc/"]) {
      expect(post("{}", path)).toMatchObject({ status: 404, reason: "Not found", body: "" });
    }
    expect(post("{x", "/get_limit")).toMatchObject({ status: 400, reason: "Bad request", body: "" });
    expect(post('{"set":false}', "/in_peers")).toMatchObject({ status: 200, reason: "Ok" });
    expect(json(post('{"set":false}', "/in_peers"))).toMatchObject({ in_peers: 4_294_967_295, status: "OK" });
    expect(json(get("lagging", "/in_peers"))).toMatchObject({ in_peers: 32 });
    expect(json(post("{}", "/out_peers"))).toMatchObject({ out_peers: 12 });
  });

  test("headers of epee", () => {
    expect(post("").headers).toMatchObject({ Server: "Epee-based", "Content-Type": "application/json" });
  });

  test("empty lists are left out", () => {
    expect(call("healthy", "get_bans")).toHaveProperty("bans");
    expect(call("lagging", "get_bans")).toEqual({ status: "OK", untrusted: false });
    expect(call("lagging", "get_alternate_chains")).toEqual({ status: "OK", untrusted: false });
  });

  test("versions", () => {
    expect(call("healthy", "get_version")).toMatchObject({ version: 196_624, release: true });
    expect(call("healthy", "get_info")).toMatchObject({ version: "0.18.5.1-release", update_available: false });
    expect(call("lagging", "get_info")).toMatchObject({ version: "0.18.4.4-release", update_available: true });
    expect(call("healthy", "hard_fork_info")).toMatchObject({ version: 16 });
  });
});

test("the same seed gives the same peers, another seed others", () => {
  const list = (seed: string) => started(seed).peers("healthy");
  expect(list("a")).toEqual(list("a"));
  expect(list("a")).not.toEqual(list("b"));
});
