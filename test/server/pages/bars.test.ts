import { describe, expect, test } from "vitest";
import type { TextSample } from "../../../src/lib/prometheus-text.ts";
import { bars } from "../../../src/server/pages/bars.ts";
import { htmlOf } from "../../../src/server/pages/markup.ts";

function sample(name: string, labels: Readonly<Record<string, string>>, value = 1): TextSample {
  return { name, labels: new Map(Object.entries(labels)), value };
}

const agent = (name: string, direction: string, value: number) =>
  sample("p2p_node_peers_by_agent", { agent: name, direction }, value);
const connection = (peer: string, direction = "inbound") =>
  sample("p2p_connection_state", { direction, peer, state: "connected" });
const subnets = (number: number, largest: number) => [
  sample("p2p_node_peer_subnets", {}, number),
  sample("p2p_node_largest_subnet_peers", {}, largest),
];

const textOf = (samples: readonly TextSample[]) =>
  htmlOf(bars(samples))
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();

describe("agents", () => {
  test("are counted by direction, the most common one first", () => {
    const samples = [
      agent("a", "inbound", 1),
      agent("b", "inbound", 2),
      agent("b", "outbound", 1),
      agent("c", "inbound", 0),
    ];
    expect(textOf(samples)).toBe("Agents 2 different Name Peers In Out Share b 3 2 1 75 % a 1 1 0 25 %");
    expect(htmlOf(bars(samples))).toContain(
      '<rect width="100%" height="100%"/><rect class="out" width="33.3%" height="100%"/>',
    );
  });

  test("beyond eight are one, with what the exporter had made one already", () => {
    const samples = [
      ...Array.from({ length: 12 }, (_, index) => agent(`a${index}`, "inbound", 20 - index)),
      agent("other", "inbound", 5),
    ];
    expect(textOf(samples)).toMatch(/a7 13 \d+ % other 47 \d+ %$/);
  });

  test("may be any text", () => {
    expect(htmlOf(bars([agent('"><img src=x onerror=1>\u202e', "inbound", 1)]))).toContain(
      '<th title="&#34;&#62;&#60;img src=x onerror=1&#62;\\u{202e}">&#34;&#62;&#60;img src=x onerror=1&#62;\\u{202e}<td>',
    );
  });
});

describe("subnets", () => {
  const rows = [connection("203.0.113.1:1"), connection("203.0.114.1:1", "outbound"), connection("198.51.100.1:1")];

  test("are made of the addresses that the series show", () => {
    expect(textOf([...subnets(2, 2), ...rows])).toBe(
      "Subnets 2 (IPv4 /16, IPv6 /32), at most 2 peers in one Name Peers In Out Share 203.0.0.0/16 2 1 1 67 % 198.51.0.0/16 1 1 0 33 %",
    );
  });

  test.each([
    ["addresses that are hidden", rows.map(() => connection(""))],
    ["addresses that are hashed", rows.map((_, index) => connection(`0123456789abcde${index}`))],
    ["names that stand for addresses", [...rows.slice(0, 1), connection("a.example:1")]],
    ["connections without series", [...rows, sample("p2p_node_connections_omitted", {}, 1)]],
    ["connections that share a row", [...rows, sample("p2p_node_connections_merged", {}, 1)]],
  ])("are only counted with %s", (_, given) => {
    expect(textOf([...subnets(2, 2), ...given])).toBe("Subnets 2 (IPv4 /16, IPv6 /32), at most 2 peers in one");
  });
});

test("types of addresses have names, and none that no peer has", () => {
  const types = { ipv4: 3, ipv6: 0, unknown: 1 };
  const samples = Object.entries(types).map(([address_type, value]) =>
    sample("p2p_node_peers_by_address_type", { address_type }, value),
  );
  expect(textOf(samples)).toBe("Address types 2 different Name Peers Share IPv4 3 75 % host name or unknown 1 25 %");
});

test("a node without peers has none", () => {
  expect(htmlOf(bars([]))).toBe("");
});
