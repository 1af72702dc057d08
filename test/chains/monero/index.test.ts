import { describe, expect, test } from "vitest";
import { inlineSecret } from "../../../src/lib/secret.ts";
import type { FailureReason } from "../../../src/model/failure.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { type Answer, type Handler, json } from "../../support/fake-node.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { failureIn, fixture, fixtureResult, fixtureText, line, valueIn } from "../support.ts";
import {
  type Answers,
  callOf,
  callsOf,
  daemon,
  GENESIS,
  header,
  info,
  METHOD_NOT_FOUND,
  pollDaemon,
  RESTRICTED,
  row,
  rpc,
  sampleLines,
} from "./daemon.ts";

const connections = json(fixture("monero/get_connections.json"));

/** Rows of get_connections in these states, of peers that are so many blocks ahead of the node. */
function inStates(states: readonly string[], ahead = 0): Answer {
  return rpc({ connections: states.map((state) => row({ state, height: 3_512_001 + ahead })) });
}

test("the start of monerod identifies its process", async () => {
  const [own, restricted, foreign] = await Promise.all([
    pollDaemon({}),
    pollDaemon(RESTRICTED),
    pollDaemon({ get_info: rpc({ ...info, untrusted: true, height_without_bootstrap: 7 }) }),
  ]);
  expect([own.process, own.startSeconds]).toEqual([`start ${info.start_time}`, info.start_time]);
  for (const { process, startSeconds } of [restricted, foreign]) {
    expect([process, startSeconds]).toEqual([undefined, undefined]);
  }
});

test("one poll gives peers, head and identity, in series over one connection", async () => {
  const fake = await serve(daemon({ get_connections: connections }));
  const report = await poll(openNode("monero", fake.url));
  expect(valueIn(report.peers).connections).toHaveLength(9);
  expect(report).toMatchObject({
    identity: { version: "0.18.5.1-release", network: "mainnet" },
    head: { ok: true, value: { height: 3_512_001, timestampSeconds: 1_800_000_034 } },
    syncing: true,
    networkKey: "monero mainnet",
    minBlockSeconds: 60,
    blockSeconds: 120,
  });
  expect([...report.apis.keys()]).toEqual(["last_block", "totals", "sync", "bans", "limits"]);
  expect(report.apis.get("last_block")?.ok).toBe(true);
  expect(fake.requests.map((request) => [request.method, request.url, callOf(request)])).toEqual([
    ["POST", "/json_rpc", "get_info"],
    ["POST", "/json_rpc", "get_connections"],
    ["POST", "/json_rpc", "get_last_block_header"],
    ["POST", "/get_net_stats", "/get_net_stats"],
    ["POST", "/json_rpc", "sync_info"],
    ["POST", "/json_rpc", "get_bans"],
    ["POST", "/get_limit", "/get_limit"],
    ["POST", "/in_peers", "/in_peers"],
    ["POST", "/out_peers", "/out_peers"],
    ["POST", "/json_rpc", "get_block_header_by_height"],
  ]);
  for (const { headers, body } of fake.requests) {
    expect(headers["content-length"]).toBe(String(body.length));
    expect(headers["transfer-encoding"]).toBeUndefined();
  }
  expect(fake.connections()).toBe(1);
});

test("the raw text of monerod is read: wrapped numbers, control characters", async () => {
  const raw = (name: string): Answer => ({ body: fixtureText(`monero/${name}.json`) });
  const whole = await pollDaemon({ get_connections: raw("get_connections"), get_info: raw("get_info.restricted") });
  expect(failureIn(whole.peers).reason).toBe("unavailable");
  const wrapped = await pollDaemon({ get_connections: raw("get_connections") });
  expect(valueIn(wrapped.peers).connections.at(-1)?.ageSeconds).toBeUndefined();
  const control = await pollDaemon({ get_connections: raw("get_connections.control_characters") });
  expect(valueIn(control.peers).connections.map(line)).toEqual(["outbound connected 192.0.2.1:18080 ipv4 3512001"]);
});

/** Of the fixtures: the top block, the one before it, and the first. */
const BLOCKS = [
  { height: 3_512_000, hash: "8cf642a29bb6f786c04778b74654850585cf38670f8f84dec3433e042e76c1df" },
  { height: 3_511_999, hash: "013a83760d145688679ca5724c37fc13c3bf32dc9bf5eb7ef16a203c8cbef848" },
  GENESIS,
] as const;

describe("a restricted node", () => {
  test("shows nothing that restricted RPC fakes, and says what to do", async () => {
    const fake = await serve(daemon(RESTRICTED));
    const { chainSamples, ...report } = await poll(openNode("monero", fake.url));
    expect(report).toEqual({
      identity: { version: undefined, network: "mainnet" },
      peers: {
        ok: false,
        failure: {
          reason: "unavailable",
          message: `get_connections at ${fake.url}: expected the unrestricted RPC, found a restricted one`,
          advice: expect.stringMatching(/unrestricted port .*18081.* without restricted-rpc/),
        },
      },
      head: { ok: true, value: { height: 3_512_001, timestampSeconds: 1_800_000_034 } },
      apis: new Map([["last_block", { ok: true, value: { timestamp: 1_800_000_034, previousHash: BLOCKS[1].hash } }]]),
      blocks: BLOCKS,
      totals: undefined,
      syncing: "unknown",
      networkKey: "monero mainnet",
      minBlockSeconds: 60,
      blockSeconds: 120,
    });
    expect(sampleLines(chainSamples)).toEqual(["restricted 1", "untrusted 0", "offline 0"]);
    expect(callsOf(fake)).toEqual(["get_info", "get_last_block_header", "get_block_header_by_height"]);
  });

  test("without get_info, Method not found still names the unrestricted RPC", async () => {
    const report = await pollDaemon({ get_info: { status: 500 }, get_connections: METHOD_NOT_FOUND });
    expect(failureIn(report.peers)).toMatchObject({
      reason: "unavailable",
      advice: expect.stringContaining("unrestricted RPC"),
    });
    expect(failureIn(report.head).reason).toBe("http");
  });
});

test("with a bootstrap daemon nothing of the other node is shown as the node's own", async () => {
  const fake = await serve(
    daemon({
      get_info: rpc(fixtureResult("monero/get_info.bootstrap.json")),
      get_last_block_header: rpc({ ...header, untrusted: true }),
      get_connections: inStates(["normal"]),
    }),
  );
  const report = await poll(openNode("monero", fake.url));
  // The other node's RPC is the restricted one.
  expect(valueIn(report.peers).connections).toHaveLength(1);
  expect(report.head).toEqual({ ok: true, value: { height: 900_000, timestampSeconds: undefined } });
  expect([report.identity.version, report.syncing, report.blocks]).toEqual([undefined, true, []]);
});

describe("syncing", () => {
  const synchronized = { synchronized: true, target_height: 0 };
  test.each<[string, object, readonly string[], number, boolean]>([
    ["no peers", synchronized, [], 0, false],
    ["nothing to fetch", synchronized, ["normal", "before_handshake"], 0, false],
    ["behind, as only the peers tell", synchronized, ["normal", "synchronizing"], 3, true],
    ["pausing", synchronized, ["standby"], 60, true],
    ["a peer that has the newest block a moment earlier", synchronized, ["normal", "synchronizing"], 1, false],
    ["a peer that has the newest two", synchronized, ["normal", "synchronizing"], 2, false],
    ["a peer with another block at the same height", synchronized, ["normal", "synchronizing"], 0, false],
    ["a peer that is behind on another branch", synchronized, ["normal", "synchronizing"], -500, false],
    ["the first sync", { synchronized: false, target_height: 3_600_000 }, ["synchronizing"], 87_999, true],
    ["the first sync before the first peer", { synchronized: false, target_height: 0 }, [], 0, true],
    ["the target trails by a moment", { synchronized: true, target_height: 3_512_004 }, ["normal"], 0, true],
    ["the target is the newest block", { synchronized: true, target_height: 3_512_002 }, ["normal"], 0, false],
    ["the target is reached", { synchronized: true, target_height: 3_512_001 }, ["normal"], 0, false],
  ])("%s", async (_, values, states, ahead, syncing) => {
    const report = await pollDaemon({
      get_info: rpc({ ...info, ...values }),
      get_connections: inStates(states, ahead),
    });
    expect(report.syncing).toBe(syncing);
  });

  test("a node that syncs does so until it has the newest block", async () => {
    let current: Handler = daemon();
    const session = openNode("monero", (await serve((request) => current(request))).url);
    const seen: unknown[] = [];
    const states = [1, 60, 20, 2, 1, -5].map((ahead) => inStates(["normal", "synchronizing"], ahead));
    for (const get_connections of [...states, METHOD_NOT_FOUND, states[3], inStates(["normal"]), states[4]]) {
      current = daemon(get_connections === undefined ? {} : { get_connections });
      seen.push((await poll(session)).syncing);
    }
    expect(seen).toEqual([false, true, true, true, true, true, "unknown", true, false, false]);
  });

  test("a peer that is downloaded from counts also where its height is missing", async () => {
    const get_connections = rpc({ connections: [row({ state: "synchronizing", height: 0 })] });
    expect((await pollDaemon({ get_connections })).syncing).toBe(true);
  });

  test("is not known without the peers, unless get_info says yes", async () => {
    const get_connections = METHOD_NOT_FOUND;
    expect((await pollDaemon({ get_connections })).syncing).toBe("unknown");
    const get_info = rpc(fixtureResult("monero/get_info.first_sync.json"));
    expect((await pollDaemon({ get_info, get_connections })).syncing).toBe(true);
  });

  test("is not known without get_info", async () => {
    const report = await pollDaemon({
      get_info: { status: 500 },
      get_connections: inStates(["standby"]),
    });
    expect(report.syncing).toBe("unknown");
    expect(valueIn(report.peers).connections).toHaveLength(1);
  });
});

describe("the time of the last block", () => {
  /** Polls one session several times; gives the methods asked in each poll and the reports. */
  async function polls(daemons: readonly Answers[]) {
    let current: Handler = daemon();
    const fake = await serve((request) => current(request));
    const session = openNode("monero", fake.url);
    const seen: { asked: boolean; report: NodeReport }[] = [];
    for (const answers of daemons) {
      current = daemon(answers);
      const before = fake.requests.length;
      const report = await poll(session);
      seen.push({ asked: callsOf(fake, before).includes("get_last_block_header"), report });
    }
    return seen;
  }
  const withTop = (hash: string): Answer => rpc({ ...info, top_block_hash: hash });
  const block = (hash: string, timestamp: number): Answer => rpc({ block_header: { hash, timestamp } });
  const timeOf = ({ report }: { report: NodeReport }) => valueIn(report.head).timestampSeconds;

  test("is asked for only when the top block has changed", async () => {
    const seen = await polls([
      { get_info: withTop("aa"), get_last_block_header: block("aa", 100) },
      { get_info: withTop("aa"), get_last_block_header: block("aa", 999) },
      { get_info: withTop("bb"), get_last_block_header: block("bb", 220) },
      { get_info: withTop("bb") },
    ]);
    expect(seen.map(({ asked }) => asked)).toEqual([true, false, true, false]);
    expect(seen.map(timeOf)).toEqual([100, 100, 220, 220]);
    expect(seen.every(({ report }) => report.apis.get("last_block")?.ok)).toBe(true);
  });

  test("of a block that came between two calls is not kept for the older one", async () => {
    const seen = await polls([
      { get_info: withTop("aa"), get_last_block_header: block("bb", 220) },
      { get_info: withTop("aa"), get_last_block_header: block("aa", 100) },
    ]);
    expect(seen.map(({ asked }) => asked)).toEqual([true, true]);
    expect(seen.map(timeOf)).toEqual([220, 100]);
  });

  test("is asked for again after a failure, which does not affect the rest", async () => {
    const busy = json({ result: { status: "BUSY", untrusted: false } });
    const seen = await polls([{ get_last_block_header: busy }, {}]);
    expect(seen.map(({ asked }) => asked)).toEqual([true, true]);
    expect(failureIn(seen[0]?.report.apis.get("last_block")).reason).toBe("busy");
    expect(seen.map(timeOf)).toEqual([undefined, 1_800_000_034]);
    expect(seen.map(({ report }) => report.peers.ok)).toEqual([true, true]);
  });

  test.each<[string, Answers]>([
    ["before the first sync is done", { get_info: rpc(fixtureResult("monero/get_info.first_sync.json")) }],
    ["without a top block", { get_info: rpc({ ...info, top_block_hash: "" }) }],
    ["without get_info", { get_info: { status: 503 } }],
  ])("is not asked for %s", async (_, answers) => {
    const [seen] = await polls([answers]);
    expect([seen?.asked, seen?.report.apis.has("last_block")]).toEqual([false, false]);
  });

  test.each<[string, Answer]>([
    ["0, as in regtest's genesis block", block("aa", 0)],
    ["missing", rpc({ block_header: { hash: "aa" } })],
    ["in no header", rpc({})],
    [
      "of another node, behind a bootstrap daemon",
      rpc({ block_header: { hash: "bb", timestamp: 5 }, untrusted: true }),
    ],
  ])("is left out when it is %s", async (_, get_last_block_header) => {
    const report = await pollDaemon({ get_info: withTop("aa"), get_last_block_header });
    expect(report.head).toEqual({ ok: true, value: { height: 3_512_001, timestampSeconds: undefined } });
  });
});

describe("block times", () => {
  test.each<[string, object, number | undefined, number]>([
    ["mainnet", {}, 120, 60],
    ["regtest, which mines on request", { nettype: "fakechain" }, undefined, 0],
    ["no target", { target: undefined }, undefined, 0],
    ["a target of 0", { target: 0 }, undefined, 0],
    ["a target of years", { target: 2 ** 40 }, undefined, 0],
    ["behind a bootstrap daemon", { untrusted: true, height_without_bootstrap: 7 }, 120, 60],
  ])("%s", async (_, values, blockSeconds, minBlockSeconds) => {
    const report = await pollDaemon({ get_info: rpc({ ...info, ...values }) });
    expect([report.blockSeconds, report.minBlockSeconds]).toEqual([blockSeconds, minBlockSeconds]);
  });
});

test("0.19, without untrusted in any answer", async () => {
  const report = await pollDaemon({
    get_info: json(fixture("monero/get_info.0.19.json")),
    get_connections: json({ result: { status: "OK" } }),
  });
  expect(valueIn(report.peers)).toMatchObject({ connections: [], malformed: 0 });
  expect([report.identity.version, report.syncing]).toEqual(["0.19.0.0-release", false]);
});

describe("a hosted gateway", () => {
  test("is asked at its URL unchanged", async () => {
    const fake = await serve(daemon());
    await poll(openNode("monero", `${fake.url}/s3cret-token/`));
    expect(new Set(fake.requests.map(({ url }) => url))).toEqual(new Set(["/s3cret-token/"]));
  });

  test("that answers 404 for a bad token is not named with its token", async () => {
    const fake = await serve(() => ({ status: 404, body: "Not Found" }));
    const report = await poll(openNode("monero", `${fake.url}/s3cret-token/`));
    expect(failureIn(report.peers)).toMatchObject({
      reason: "not_found",
      message: `get_connections at ${fake.url}: expected HTTP 200, found 404`,
      advice: expect.stringContaining("a hosted gateway: its token"),
    });
    expect(JSON.stringify(report)).not.toContain("s3cret");
  });

  test("that limits its users is left alone as long as it says", async () => {
    const limited: Answer = { status: 429, headers: { "retry-after": "60" }, body: "Too Many Requests" };
    const report = await pollDaemon({ get_info: limited, get_connections: limited });
    expect(failureIn(report.peers)).toMatchObject({ reason: "rate_limited", retryAfterSeconds: 60 });
  });

  test("that offers only some methods shows what it has", async () => {
    const report = await pollDaemon({ get_connections: METHOD_NOT_FOUND, get_last_block_header: METHOD_NOT_FOUND });
    expect(failureIn(report.peers).reason).toBe("unavailable");
    expect(valueIn(report.head).height).toBe(3_512_001);
    expect(failureIn(report.apis.get("last_block")).reason).toBe("unavailable");
  });
});

test.each<[string, Answer, FailureReason, string, string]>([
  ["404, as behind a trailing slash", { status: 404 }, "not_found", "found 404", "path of the URL"],
  ["500, as of a handler's exception", { status: 500 }, "http", "found 500", "the node's own log"],
  [
    "a login page",
    { headers: { "content-type": "text/html" }, body: "<html></html>" },
    "bad_json",
    "an HTML or XML page",
    "proxy or login page",
  ],
  [
    "cut off JSON",
    { body: '{"result": {"status": "O' },
    "bad_json",
    "invalid or truncated JSON of 24 char",
    "node's API",
  ],
  [
    "Core is busy",
    json({ error: { code: -9, message: "Core is busy" }, id: "0" }),
    "busy",
    '-9 "Core is busy"',
    "answers when it is ready",
  ],
  ["the status BUSY", json({ result: { status: "BUSY" } }), "busy", 'found "BUSY"', "answers when it is ready"],
  ["PAYMENT REQUIRED", json({ result: { status: "PAYMENT REQUIRED" } }), "unauthorized", "PAYMENT", "your own node"],
])("%s is a failure of the peers alone", async (_, answer, reason, message, advice) => {
  const report = await pollDaemon({ get_connections: answer });
  expect(failureIn(report.peers)).toMatchObject({
    reason,
    message: expect.stringContaining(message),
    advice: expect.stringContaining(advice),
  });
  expect(report.head.ok).toBe(true);
});

describe("a login", () => {
  const challenge = (algorithm: string) =>
    `Digest qop="auth",algorithm=${algorithm},realm="monero-rpc",nonce="a/b+c==",stale=false`;
  const refusal: Answer = {
    status: 401,
    headers: { "content-type": "text/html", "www-authenticate": [challenge("MD5"), challenge("MD5-sess")] },
    body: "<html><body><h1>401 Unauthorized</h1></body></html>",
  };

  test("that is not configured is named", async () => {
    const report = await pollDaemon({ get_info: refusal, get_connections: refusal });
    for (const outcome of [report.peers, report.head]) {
      expect(failureIn(outcome)).toMatchObject({
        reason: "unauthorized",
        advice: expect.stringMatching(/^set auth\.digest .*rpc-login/),
      });
    }
  });

  test("is answered on the socket that asked for it", async () => {
    const fake = await serve((request) => (request.headers.authorization === undefined ? refusal : daemon()(request)));
    const auth = { kind: "digest", username: "monitor", password: inlineSecret("s3cret") } as const;
    const report = await poll(openNode("monero", fake.url, { auth }));
    expect([report.peers.ok, report.head.ok]).toEqual([true, true]);
    expect(report.apis.size).toBe(4);
    const counts = fake.requests.map(({ headers }) => /nc=(\w+)/.exec(headers.authorization ?? "")?.[1]);
    expect(counts).toEqual([undefined, ...Array.from({ length: 9 }, (_, index) => `0000000${index + 1}`)]);
    expect(new Set(fake.requests.map(({ socketId }) => socketId)).size).toBe(1);
  });
});

test("a daemon that hangs in one call leaves time for the others", async () => {
  const hangs: Answer = { body: () => {} };
  const [info, connections, header] = await Promise.all(
    ["get_info", "get_connections", "get_last_block_header"].map((method) =>
      pollDaemon({ [method]: hangs }, { timeoutMs: 600 }),
    ),
  );
  expect(failureIn(info?.head).reason).toBe("timeout");
  expect(valueIn(info?.peers).connections).toEqual([]);
  expect(failureIn(connections?.peers).reason).toBe("timeout");
  expect(valueIn(connections?.head).height).toBe(3_512_001);
  expect([header?.peers.ok, header?.head.ok, header?.apis.get("last_block")?.ok]).toEqual([true, true, false]);
});
