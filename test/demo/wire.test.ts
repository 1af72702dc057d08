import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/demo/random.ts";
import { createWireNetwork, WIRE_LAG } from "../../src/demo/wire/network.ts";
import { type Fields, fields, json, request, rows, testClock } from "./support.ts";

const ROW_FIELDS = ["peer", "remote_ip", "remote_port"];
const STATE_FIELDS = ["connecting", "syncing"];
const LINK_FIELDS = [
  "is_bp_peer",
  "is_bp_gossip_peer",
  "is_socket_open",
  "is_blocks_only",
  "is_transactions_only",
  "last_vote_received",
  "last_handshake",
];
const HANDSHAKE_FIELDS = ["network_version", "chain_id", "node_id", "key", "time", "token", "sig", "p2p_address"];

function started(seed = "wire") {
  const clock = testClock();
  const nodes = createWireNetwork(clock, createRandom(seed));
  const peers = (node: keyof typeof nodes) => rows(json(nodes[node].api(request("/v1/net/connections"))));
  const info = (node: keyof typeof nodes) => fields(json(nodes[node].api(request("/v1/chain/get_info"))));
  return { clock, nodes, peers, info };
}

function handshake(row: Fields): Fields {
  return fields(row.last_handshake);
}

describe("dialects", () => {
  const { peers } = started();

  test("Spring 1.2", () => {
    for (const row of peers("spring")) {
      expect(Object.keys(row)).toEqual([...ROW_FIELDS, ...STATE_FIELDS, ...LINK_FIELDS]);
      expect(Object.keys(handshake(row))).toEqual([
        ...HANDSHAKE_FIELDS,
        "fork_db_root_num",
        "fork_db_root_id",
        "fork_db_head_num",
        "fork_db_head_id",
        "os",
        "agent",
        "generation",
      ]);
    }
  });

  test("Leap 5", () => {
    for (const row of peers("leap")) {
      expect(Object.keys(row)).toEqual([
        ...ROW_FIELDS,
        ...STATE_FIELDS,
        "is_bp_peer",
        "is_socket_open",
        "is_blocks_only",
        "is_transactions_only",
        "last_handshake",
      ]);
      expect(Object.keys(handshake(row))).toEqual([
        ...HANDSHAKE_FIELDS,
        "last_irreversible_block_num",
        "last_irreversible_block_id",
        "head_num",
        "head_id",
        "os",
        "agent",
        "generation",
      ]);
      expect([row.is_blocks_only, row.is_transactions_only]).toEqual([false, false]);
    }
  });

  test("the newest Wire", () => {
    for (const row of peers("wire")) {
      expect(Object.keys(row)).toEqual([...ROW_FIELDS, "connection_id", "peer_score", ...STATE_FIELDS, ...LINK_FIELDS]);
      expect(Object.keys(handshake(row))).toEqual([
        "network_version",
        "chain_id",
        "node_id",
        "p2p_address",
        "fork_db_root_id",
        "fork_db_head_id",
        "chain_head_id",
        "agent",
        "generation",
      ]);
    }
    const ids = peers("wire").map((row) => row.connection_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("times need more than a double, and ids begin with the block number", () => {
    const connected = peers("spring").filter((row) => row.is_socket_open && !row.connecting);
    expect(connected.length).toBeGreaterThan(10);
    for (const row of connected) {
      const {
        time,
        fork_db_head_num: number,
        fork_db_head_id: id,
        node_id: nodeId,
        p2p_address: address,
      } = handshake(row);
      expect(time).toMatch(/^\d{19}$/);
      expect(String(BigInt(Number(time)))).not.toBe(time);
      const fromId = Number.parseInt(String(id).slice(0, 8), 16);
      expect(Number(number) - fromId).toBeOneOf([0, 1, 2]);
      expect(address).toMatch(new RegExp(` - ${String(nodeId).slice(0, 7)}$`));
    }
  });
});

describe("the healthy node's peers", () => {
  const { clock, peers } = started();
  const list = peers("spring");

  test("dialled and dialling", () => {
    expect(list.filter((row) => row.peer === "" && row.is_socket_open).length).toBeGreaterThan(5);
    expect(list.filter((row) => row.peer !== "" && row.is_socket_open).length).toBeGreaterThan(5);
  });

  test("one refuses, one never answers, and all they have is zeros", () => {
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
});

describe("heads", () => {
  test("rise by two blocks a second", () => {
    const { clock, info } = started();
    const before = Number(info("spring").head_block_num);
    clock.advance(60);
    expect(Number(info("spring").head_block_num)).toBe(before + 120);
    expect(info("wire").head_block_num).toBe(before + 120);
  });

  test("get_info is as the real one", () => {
    const { clock, info } = started();
    const answer = info("spring");
    const head = Number(answer.head_block_num);
    expect(Number.parseInt(String(answer.head_block_id).slice(0, 8), 16)).toBe(head);
    expect(answer.total_cpu_weight).toBeTypeOf("string");
    expect(answer.head_block_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
    const age = clock.now() - Date.parse(`${answer.head_block_time}Z`) / 1000;
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(0.5);
    expect(head - Number(answer.last_irreversible_block_num)).toBe(3);
  });

  test("the lagging node falls 180 blocks behind, tells it by its peers, and catches up", () => {
    const { clock, info, peers } = started();
    const lag = () => Number(info("spring").head_block_num) - Number(info("leap").head_block_num);
    expect(lag()).toBe(0);
    clock.moveTo(WIRE_LAG.stallFrom + WIRE_LAG.stallFor);
    expect(lag()).toBe(180);
    const heads = peers("leap").map((row) => Number(handshake(row).head_num) - Number(info("leap").head_block_num));
    expect(heads.filter((ahead) => ahead > 150).length).toBeGreaterThan(5);
    clock.advance(WIRE_LAG.catchUpFor / 2);
    expect(lag()).toBeGreaterThan(60);
    expect(Number(info("leap").fork_db_head_block_num)).toBeGreaterThan(Number(info("leap").head_block_num));
    clock.moveTo(WIRE_LAG.stallFrom + WIRE_LAG.stallFor + WIRE_LAG.catchUpFor + 1);
    expect(lag()).toBe(0);
    clock.moveTo(WIRE_LAG.period + WIRE_LAG.stallFrom + 50);
    expect(lag()).toBe(100);
  });
});

describe("requests", () => {
  const { nodes } = started();
  const { all: ask, api } = nodes.spring;

  test("connections answer 201 to an empty body or {}", () => {
    for (const body of ["", "{}", " { } "]) {
      expect(ask(request("/v1/net/connections", { method: "POST", body })).status).toBe(201);
    }
    expect(ask(request("/v1/chain/get_info")).status).toBe(200);
  });

  test("any other body is refused", () => {
    const answer = ask(request("/v1/net/connections", { method: "POST", body: '{"a":1}' }));
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({
      code: 400,
      message: "Invalid Request",
      error: { code: 3200006, name: "invalid_http_request" },
    });
  });

  test.each(["/v1/net/connections/", "/v1/net/connections?a=1", "/v1/net/nothing", "/", "http://x/"])(
    "404: %s",
    (target) => {
      const answer = ask(request(target));
      expect(answer.status).toBe(404);
      expect(json(answer)).toMatchObject({
        code: 404,
        message: "Not Found",
        error: { what: "unspecified", details: [{ message: "Unknown Endpoint" }] },
      });
    },
  );

  test.each([
    ["127.0.0.1:8888", true],
    ["127.0.0.1", true],
    ["127.0.0.1:1", true],
    ["[::ffff:127.0.0.1]:8888", true],
    ["localhost:8888", false],
    ["127.0.0.2:8888", false],
    ["", false],
    [undefined, false],
  ])("Host %s: %s", (host, allowed) => {
    const answer = ask(request("/v1/chain/get_info", { headers: host === undefined ? {} : { host } }));
    expect(answer.status).toBe(allowed ? 200 : 400);
    if (!allowed) {
      expect(json(answer)).toEqual({
        code: 400,
        message: "Disallowed HTTP HOST header in the request",
        error: { code: 0, name: "", what: "", details: [] },
      });
    }
  });

  test("supported APIs are those of the listener", () => {
    const apis = (listener: typeof ask) => fields(json(listener(request("/v1/node/get_supported_apis")))).apis;
    expect(apis(ask)).toContain("/v1/prometheus/metrics");
    expect(apis(api)).not.toContain("/v1/prometheus/metrics");
    expect(apis(nodes.wire.metrics)).toEqual(["/v1/chain/get_info", "/v1/prometheus/metrics"]);
  });

  test("status finds a configured peer", () => {
    const [first] = rows(json(ask(request("/v1/net/connections"))));
    const status = (body: string) => ask(request("/v1/net/status", { method: "POST", body }));
    expect(json(status(JSON.stringify(first?.peer)))).toMatchObject({ peer: first?.peer });
    expect(json(status('"nobody:1"'))).toBeNull();
    expect(status("{").status).toBe(400);
  });

  test("OPTIONS", () => {
    expect(ask(request("/v1/net/connections", { method: "OPTIONS" }))).toMatchObject({ status: 200, body: "{}" });
  });
});

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

  test("Wire names them by id and address and forgets them", () => {
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

  test("bytes of a connection only rise, also over reconnects of a configured peer", () => {
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

test("the same seed gives the same peers, another seed others", () => {
  const list = (seed: string) => started(seed).peers("spring");
  expect(list("a")).toEqual(list("a"));
  expect(list("a")).not.toEqual(list("b"));
});
