import { describe, expect, test } from "vitest";
import { fields } from "../support.ts";
import { handshake, started } from "./support.ts";

describe("the healthy node's peers", () => {
  const { clock, peers } = started();
  const list = peers("spring");

  test("inbound and outbound", () => {
    expect(list.filter((row) => row.peer === "" && row.is_socket_open).length).toBeGreaterThan(5);
    expect(list.filter((row) => row.peer !== "" && row.is_socket_open).length).toBeGreaterThan(5);
  });

  test("one refuses, one never answers, and both have zeros only", () => {
    const refusing = list.filter((row) => row.remote_ip === "" && !row.connecting);
    const silent = list.filter((row) => row.remote_ip === "" && row.connecting);
    expect(refusing.length).toBe(2); // the other one is the duplicate link
    expect(silent.length).toBe(1);
    for (const row of [...refusing, ...silent]) {
      expect(row.is_socket_open).toBe(false);
      expect(handshake(row)).toMatchObject({ time: 0, generation: 0, chain_id: "0".repeat(64), p2p_address: "" });
    }
  });

  test("a duplicate link: the dead outbound row is the inbound one's address", () => {
    const dead = list.filter((row) => row.peer !== "" && !row.is_socket_open).map((row) => row.peer);
    const twice = list
      .filter((row) => row.peer === "" && row.is_socket_open)
      .filter((row) => dead.includes(String(handshake(row).p2p_address).split(" - ")[0] ?? ""));
    expect(twice.length).toBe(1);
  });

  test("one syncs from it and is far behind, then it has caught up", () => {
    const [syncing] = list.filter((row) => row.syncing);
    const before = handshake(fields(syncing));
    const typical = Number(handshake(fields(list.find((row) => row.is_socket_open))).fork_db_head_num);
    expect(typical - Number(before.fork_db_head_num)).toBeGreaterThan(5000);
    clock.moveTo(165);
    const after = peers("spring").find((row) => row.peer === "" && handshake(row).node_id === before.node_id);
    expect(after?.syncing).toBe(false);
    expect(Number(handshake(fields(after)).generation)).toBe(Number(before.generation) + 1);
  });

  test("handshakes stay as they were when the link opened", () => {
    const { clock: later, peers: again } = started();
    const seen = new Map(again("spring").map((row) => [row.remote_port, row]));
    later.moveTo(40);
    const same = again("spring").filter(
      (row) => seen.has(row.remote_port) && row.is_socket_open && !row.syncing && row.peer === "",
    );
    expect(same.length).toBeGreaterThan(5);
    for (const row of same) expect(row.last_handshake).toEqual(seen.get(row.remote_port)?.last_handshake);
  });

  test("inbound peers come and go", () => {
    const { clock: later, peers: again } = started();
    const ports = new Set<unknown>();
    const counts = new Set<number>();
    for (let elapsed = 0; elapsed < 3600; elapsed += 15) {
      later.moveTo(elapsed);
      const inbound = again("spring").filter((row) => row.peer === "" && row.is_socket_open);
      counts.add(inbound.length);
      for (const row of inbound) ports.add(row.remote_port);
    }
    expect(ports.size).toBeGreaterThan(25);
    expect(counts.size).toBeGreaterThan(3);
  });

  // The exporter takes a new connection with a low number for the sign of another process, and all bytes for new ones.
  test("a new connection has a higher number than all before it", () => {
    const { clock: later, peers: again } = started();
    const ids = () => again("wire").map((row) => Number(row.connection_id));
    let known = ids();
    let opened = 0;
    for (let elapsed = 1; elapsed < 3600; elapsed += 5) {
      later.moveTo(elapsed);
      const now = ids();
      expect(new Set(now).size).toBe(now.length);
      const fresh = now.filter((id) => !known.includes(id));
      opened += fresh.length;
      for (const id of fresh) expect(id).toBeGreaterThan(Math.max(...known));
      known = [...new Set([...known, ...now])];
    }
    expect(opened).toBeGreaterThan(10);
  });
});
