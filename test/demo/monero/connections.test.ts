import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { fields, json } from "../support.ts";
import { started } from "./support.ts";

test("clients that send nothing stay in before_handshake", () => {
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
  const { call, peers } = started();
  const list = peers("healthy");
  const own = Number(call("healthy", "get_info").height);
  const heights = list.filter((row) => row.state !== "before_handshake").map((row) => Number(row.height));
  expect(Math.max(...heights)).toBe(own);
  expect(heights.filter((height) => own - height <= 6).length).toBeGreaterThan(heights.length / 2);
  expect(new Set(list.map((row) => row.state)).has("synchronizing")).toBe(false);
});

describe("traffic", () => {
  test("totals rise and include open and closed connections", () => {
    const { clock, get, peers } = started();
    const gone = new Map<unknown, number>();
    let total = 0;
    for (let elapsed = 0; elapsed < 3600; elapsed += 30) {
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
    const { clock, nodes, get, peers } = started();
    nodes.restarting.restart(0);
    clock.advance(30);
    const stats = fields(json(get("restarting", "/get_net_stats")));
    const sum = (key: "recv_count" | "send_count") =>
      peers("restarting").reduce((bytes, row) => bytes + Number(row[key]), 0);
    expect(stats).toMatchObject({ total_bytes_in: sum("recv_count"), total_bytes_out: sum("send_count") });
    expect(stats.total_bytes_in).toBeGreaterThan(0);
  });
});
