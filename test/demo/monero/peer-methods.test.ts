import { describe, expect, test } from "vitest";
import { started } from "./support.ts";

const CONNECTION_FIELDS = [
  ...["address", "address_type", "avg_download", "avg_upload", "connection_id", "current_download", "current_upload"],
  ...["height", "host", "incoming", "ip", "live_time", "local_ip", "localhost", "peer_id", "port", "pruning_seed"],
  ...["recv_count", "recv_idle_time", "rpc_credits_per_hash", "rpc_port", "send_count", "send_idle_time", "state"],
  "support_flags",
];

describe("get_connections", () => {
  const { peers } = started();
  const list = peers("healthy");

  test("has the 25 fields, in alphabetical order", () => {
    for (const row of list) expect(Object.keys(row)).toEqual(CONNECTION_FIELDS);
    for (const row of list) expect(row.connection_id).toMatch(/^[0-9a-f]{32}$/);
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
});
