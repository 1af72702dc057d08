import { describe, expect, test } from "vitest";
import { fields, json, rows } from "../support.ts";
import { started } from "./support.ts";

describe("get_info", () => {
  test("counts the public zone only, including clients that send nothing", () => {
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

  test("has a block every 10 s, and reports that", () => {
    const { clock, call } = started();
    const before = call("healthy", "get_info");
    expect(before.target).toBe(10);
    clock.advance(100);
    expect(call("healthy", "get_info").height).toBe(Number(before.height) + 10);
  });

  test("has numbers that a double cannot hold", () => {
    const { raw, get } = started();
    const difficulty = /"cumulative_difficulty": (\d+)/.exec(raw("healthy", "get_info").body.toString())?.[1] ?? "";
    expect(BigInt(difficulty)).toBeGreaterThan(2n ** 53n);
    expect(get("healthy", "/get_peer_list").body.toString()).toMatch(/"id": \d{18,20},/);
  });
});

describe("get_block_header_by_height", () => {
  const { call, raw } = started();
  const at = (node: "healthy" | "restricted", height: number) =>
    fields(fields(fields(json(raw(node, "get_block_header_by_height", { height }))).result).block_header);

  test("has the same blocks on every node, and on restricted RPC", () => {
    const top = Number(call("healthy", "get_info").height) - 1;
    for (const height of [0, 700_000, top]) {
      expect(at("restricted", height)).toEqual(at("healthy", height));
      expect(at("healthy", height).height).toBe(height);
    }
    expect(at("healthy", top).hash).toBe(call("healthy", "get_info").top_block_hash);
    expect(at("healthy", 1).prev_hash).toBe(at("healthy", 0).hash);
  });

  test("refuses a height above the top", () => {
    const height = Number(call("healthy", "get_info").height);
    const answer = json(raw("healthy", "get_block_header_by_height", { height }));
    expect(fields(answer).error).toEqual({
      code: -2,
      message: `Requested block height: ${height} greater than current top block height: ${height - 1}`,
    });
  });
});

test("versions", () => {
  const { call } = started();
  expect(call("healthy", "get_version")).toMatchObject({ version: 196_624, release: true });
  expect(call("healthy", "get_info")).toMatchObject({ version: "0.18.5.1-release", update_available: false });
  expect(call("lagging", "get_info")).toMatchObject({ version: "0.18.4.4-release", update_available: true });
  expect(call("healthy", "hard_fork_info")).toMatchObject({ version: 16 });
});
