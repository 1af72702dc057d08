import { describe, expect, test } from "vitest";
import { request } from "../support.ts";
import { handshake, started } from "./support.ts";

describe("the metrics page", () => {
  function page(node: "spring" | "wire") {
    const { clock, nodes, peers } = started();
    const listener = node === "spring" ? nodes.spring.all : nodes.wire.metrics;
    const text = () => listener(request("/v1/prometheus/metrics")).body.toString();
    return { clock, text, peers: () => peers(node) };
  }

  test("Spring names connections by node id", () => {
    const { text, peers } = page("spring");
    const connected = peers().filter((row) => row.is_socket_open && !row.connecting);
    for (const row of connected) {
      const connid = String(handshake(row).node_id).slice(0, 7);
      expect(text()).toMatch(new RegExp(`^nodeos_p2p_bytes_received\\{connid="${connid}"\\} \\d+$`, "m"));
      expect(text()).toMatch(
        new RegExp(`^nodeos_p2p_addr\\{address="[^"]+",connid="${connid}",ipv6="[^"]+"\\} 0$`, "m"),
      );
    }
    expect(text()).toMatch(/^nodeos_p2p_latency\{connid="\w{7}"\} 18446744073709552000$|1\.8446744073709552e\+19$/m);
    expect(text()).toMatch(/^# TYPE nodeos_p2p_bytes_sent gauge$/m);
    expect(text()).toMatch(/^# TYPE nodeos_p2p_failed_connections counter$/m);
    expect(text()).toMatch(/^nodeos_info\{chain_id="\w{64}",.*\} 1$/m);
  });

  test("Wire names them by id and address and drops those that closed", () => {
    const { clock, text, peers } = page("wire");
    const row = peers().find(({ peer }) => peer === "");
    expect(text()).toContain(
      `nodeop_p2p_port{connection_id="${row?.connection_id}",remote_ip="::ffff:${row?.remote_ip}"} ${row?.remote_port}`,
    );
    expect(text()).not.toContain("p2p_addr");
    clock.moveTo(9000);
    expect(text()).not.toContain(`connection_id="${row?.connection_id}"`);
  });

  test("is copied every 30 s", () => {
    const { clock, text } = page("spring");
    const bytes = () => /^nodeos_p2p_bytes_received.*$/m.exec(text())?.[0];
    const first = bytes();
    clock.advance(20);
    expect(bytes()).toBe(first);
    clock.advance(15);
    expect(bytes()).not.toBe(first);
  });

  test("bytes of a connection never fall, also when a configured peer reconnects", () => {
    const { clock, text } = page("wire");
    const last = new Map<string, number>();
    for (let elapsed = 0; elapsed < 7200; elapsed += 30) {
      clock.moveTo(elapsed);
      for (const [, series = "", value] of text().matchAll(/^(nodeop_p2p_bytes_(?:received|sent)\{.*\}) (\d+)$/gm)) {
        expect(Number(value)).toBeGreaterThanOrEqual(series.includes('"::"') ? 0 : (last.get(series) ?? 0));
        last.set(series, Number(value));
      }
    }
    expect(last.size).toBeGreaterThan(30);
  });
});
