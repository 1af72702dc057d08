import { describe, expect, test } from "vitest";
import { MONERO_LAG } from "../../../src/demo/monero/nodes.ts";
import { json, request, rows } from "../support.ts";
import { started } from "./support.ts";

describe("the lagging node", () => {
  test("falls 18 blocks behind and catches up, and reports synchronized throughout", () => {
    const { clock, call, peers } = started();
    const lag = () => Number(call("healthy", "get_info").height) - Number(call("lagging", "get_info").height);
    const states = () => new Set(peers("lagging").map((row) => row.state));
    expect(lag()).toBe(0);
    expect(states()).toEqual(new Set(["normal"]));

    clock.moveTo(MONERO_LAG.stallFrom + MONERO_LAG.stallFor);
    expect(lag()).toBe(18);
    expect(states(), "its peers are cut off as well").toEqual(new Set(["normal"]));

    clock.advance(MONERO_LAG.catchUpFor / 3);
    expect(lag()).toBeGreaterThan(10);
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
    const response = raw("restricted", method);
    expect(response.status).toBe(200);
    expect(json(response)).toEqual({ error: { code: -32601, message: "Method not found" }, id: "0", jsonrpc: "2.0" });
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
  test("changes everything: start time, connections and first sync", () => {
    const { clock, nodes, call, peers } = started();
    const before = new Set(peers("restarting").map((row) => row.connection_id));
    clock.advance(60);
    nodes.restarting.restart(0);
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
  const { nodes, get } = started();
  const post = (body: string, target = "/json_rpc", headers = {}) =>
    nodes.healthy.respond(request(target, { method: "POST", body, headers }));
  const error = (code: number, message: string, id: string | number = 0) => ({
    error: { code, message },
    id,
    jsonrpc: "2.0",
  });

  test("errors are those of a real node", () => {
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

  test("the id is returned, and a missing one is 0", () => {
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
});

test("the same seed gives the same peers, another seed others", () => {
  const list = (seed: string) => started(seed).peers("healthy");
  expect(list("a")).toEqual(list("a"));
  expect(list("a")).not.toEqual(list("b"));
});
