import { describe, expect, test } from "vitest";
import { type Fields, fields } from "../support.ts";
import { started } from "./support.ts";

type NodeName = Parameters<ReturnType<typeof started>["list"]>[0];

/** What a peer list never has again for the same connection. */
function falls(before: Fields, after: Fields): boolean {
  const counts = (row: Fields, key: string) => Object.entries(fields(row[key]));
  return ["bytessent_per_msg", "bytesrecv_per_msg"].some((key) => {
    const now = new Map(counts(after, key));
    return counts(before, key).some(([type, bytes]) => Number(now.get(type) ?? 0) < Number(bytes));
  });
}

test.each<NodeName>(["healthy", "upgraded", "forking"])("%s: bytes never fall, and add up", (node) => {
  const { clock, list, one, call } = started();
  let before = new Map<unknown, Fields>();
  let [start, received] = [0, 0];
  for (let elapsed = 0; elapsed < 500; elapsed += 7) {
    clock.moveTo(elapsed);
    if (node === "upgraded" && [20, 350].some((from) => elapsed >= from && elapsed < from + 15)) continue;
    const rows = list(node, "getpeerinfo");
    const now = new Map(rows.map((row) => [`${row.id} ${row.conntime}`, row]));
    expect(now.size).toBe(rows.length);
    for (const [key, row] of now) {
      const sum = Object.values(fields(row.bytesrecv_per_msg)).reduce((all: number, bytes) => all + Number(bytes), 0);
      expect(row.bytesrecv).toBe(sum);
      const earlier = before.get(key);
      if (earlier !== undefined) expect(falls(earlier, row)).toBe(false);
    }
    const startedAt = clock.now() - Number(call(node, "uptime"));
    const total = Number(one(node, "getnettotals").totalbytesrecv);
    if (Math.abs(startedAt - start) < 3) expect(total).toBeGreaterThanOrEqual(received);
    [start, received, before] = [startedAt, total, now];
  }
});

describe("over half an hour", () => {
  const { clock, list } = started();
  const seen: Fields[] = [];
  for (let elapsed = 0; elapsed < 1800; elapsed += 5) {
    clock.moveTo(elapsed);
    seen.push(...list("healthy", "getpeerinfo"));
  }
  const all = (key: string) => new Set(seen.map((row) => row[key]));

  test("there are connections of all types, networks and transports", () => {
    expect(all("connection_type")).toEqual(
      new Set(["outbound-full-relay", "block-relay-only", "manual", "inbound", "feeler", "addr-fetch"]),
    );
    for (const isInbound of [true, false]) {
      const networks = seen.filter((row) => row.inbound === isInbound).map(({ network }) => network);
      expect(new Set(networks)).toEqual(new Set(["ipv4", "ipv6", "onion", "i2p", "cjdns"]));
    }
    expect(all("transport_protocol_type")).toEqual(new Set(["v1", "v2", "detecting"]));
  });

  test("a frozen peer leaves pings without an answer, and is gone after some minutes", () => {
    const waits = seen.map(({ pingwait }) => Number(pingwait ?? 0));
    expect(Math.max(...waits)).toBeGreaterThan(60);
    expect(Math.max(...waits)).toBeLessThan(260);
  });

  test("a client that sends nothing has no version, no agent and no heights", () => {
    expect(seen.find(({ version }) => version === 0)).toMatchObject({
      ...{ subver: "", startingheight: -1, synced_headers: -1, synced_blocks: -1, bytesrecv: 0 },
    });
  });

  test("inbound peers over Tor have the address of the proxy", () => {
    for (const row of seen.filter(({ network, inbound }) => network === "onion" && inbound)) {
      expect(row.addr).toMatch(/^127\.0\.0\.1:\d+$/);
    }
  });
});

test("0.21 has none of the newer fields", () => {
  const { list, one } = started();
  const [row = {}] = list("forking", "getpeerinfo");
  expect(row).toHaveProperty("connection_type");
  for (const key of ["transport_protocol_type", "presynced_headers", "addr_relay_enabled", "bip152_hb_to"]) {
    expect(row).not.toHaveProperty(key);
  }
  expect(one("forking", "getblockchaininfo")).not.toHaveProperty("time");
  expect(one("forking", "getblockchaininfo").warnings).toBe("");
});

test("the same seed gives the same peers, another seed others", () => {
  const peers = (seed: string) => started(seed).list("healthy", "getpeerinfo");
  expect(peers("a")).toEqual(peers("a"));
  expect(peers("a")).not.toEqual(peers("b"));
});
