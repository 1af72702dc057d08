import { describe, expect, onTestFinished, test, vi } from "vitest";
import { SECONDARY_SHARE } from "../../../src/chains/monero/secondary-calls.ts";
import type { FailureReason } from "../../../src/model/failure.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { type Answer, json } from "../../support/fake-node.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { failureIn, fixtureResult, valueIn } from "../support.ts";
import {
  type Answers,
  bare,
  callsOf,
  daemon,
  info,
  METHOD_NOT_FOUND,
  pollDaemon,
  RESTRICTED,
  row,
  rpc,
  sampleLines,
} from "./daemon.ts";

const SYNCING: Answers = {
  get_connections: rpc({ connections: [row({ state: "synchronizing", height: 3_512_061 })] }),
};
const BANS = ["bans kind=address 2", "bans kind=subnet 3"];
const LIMITS = [
  "max_peers direction=outbound 12",
  "receive_limit_bytes_per_second 33554432",
  "transmit_limit_bytes_per_second 8388608",
];
const SYNC = [
  ...["sync_spans state=requested 2", "sync_spans state=downloaded 2"],
  ...["sync_queued_blocks state=requested 33", "sync_queued_blocks state=downloaded 40"],
  "sync_queued_bytes 3350000",
];
const OWN = /^(?:bans|max_peers|receive_limit|transmit_limit|sync)_?/;

/** The sample lines of the calls besides get_info and get_connections. */
function extraLines({ chainSamples }: NodeReport): readonly string[] {
  return sampleLines(chainSamples).filter((line) => OWN.test(line));
}

function failures({ apis }: NodeReport): Record<string, FailureReason> {
  return Object.fromEntries(
    [...apis].flatMap(([name, part]) => (part.ok ? [] : [[name, part.failure.reason] as const])),
  );
}

const TIMEOUT_MS = 5000;

/** Time passes only while a call hangs: as much as one of these calls may take. */
const HANGS: Answer = { body: () => void vi.advanceTimersByTime(TIMEOUT_MS * SECONDARY_SHARE) };

function stopTimers(): { passedMs(): number } {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 0 });
  onTestFinished(() => void vi.useRealTimers());
  return { passedMs: () => Date.now() };
}

test("a syncing monerod reports all values", async () => {
  const report = await pollDaemon(SYNCING);
  expect(report.totals).toEqual({ ok: true, value: { received: 912_345_678_901, sent: 1_723_456_789_012 } });
  expect(report.apis.get("totals")).toBe(report.totals);
  expect([...report.apis.keys()]).toEqual(["last_block", "totals", "sync", "bans", "limits"]);
  expect(failures(report)).toEqual({});
  expect(extraLines(report)).toEqual([...BANS, ...LIMITS, ...SYNC]);
});

describe("sync_info", () => {
  test.each<[string, Answers, boolean]>([
    ["while a peer is downloaded from", SYNCING, true],
    ["in the first sync", { get_info: rpc(fixtureResult("monero/get_info.first_sync.json")) }, true],
    ["of a node that has all blocks", { get_connections: rpc({ connections: [row({ state: "normal" })] }) }, false],
    ["without peers", {}, false],
    ["when it is not known whether the node syncs", { get_connections: { status: 500 } }, false],
  ])("%s", async (_, answers, isAsked) => {
    const fake = await serve(daemon(answers));
    const report = await poll(openNode("monero", fake.url));
    expect([callsOf(fake).includes("sync_info"), report.apis.has("sync")]).toEqual([isAsked, isAsked]);
    expect(extraLines(report).filter((line) => line.startsWith("sync"))).toEqual(isAsked ? SYNC : []);
  });
});

describe("one that fails", () => {
  const PART: Readonly<Record<string, string>> = {
    "/get_net_stats": "totals",
    sync_info: "sync",
    get_bans: "bans",
    "/get_limit": "limits",
    "/in_peers": "limits",
    "/out_peers": "limits",
    get_last_block_header: "last_block",
  };
  const FAULTS: readonly [FailureReason, Answer][] = [
    ["http", { status: 500 }],
    ["unauthorized", { status: 403 }],
    ["bad_json", { body: "<html>" }],
    ["bad_shape", json([])],
    ["timeout", HANGS],
  ];
  const cases = Object.keys(PART).flatMap((call) => FAULTS.map(([reason, answer]) => ({ call, reason, answer })));

  test.each(cases)("$call with $reason leaves the rest", async ({ call, reason, answer }) => {
    stopTimers();
    const report = await pollDaemon({ ...SYNCING, [call]: answer }, { timeoutMs: TIMEOUT_MS });
    const part = PART[call] ?? "";
    expect(failures(report)).toEqual({ [part]: reason });
    expect(report.apis.size).toBe(5);
    expect([report.peers.ok, report.head.ok, report.syncing]).toEqual([true, true, true]);
    expect(report.totals?.ok).toBe(part !== "totals");
    const rest = { bans: BANS, limits: LIMITS, sync: SYNC };
    expect(extraLines(report)).toEqual(Object.entries(rest).flatMap(([name, lines]) => (name === part ? [] : lines)));
  });

  test("all that hang together do not take the peers, nor more time than there is", async () => {
    const clock = stopTimers();
    const answers = Object.fromEntries(Object.keys(PART).map((call) => [call, HANGS]));
    const report = await pollDaemon({ ...SYNCING, ...answers }, { timeoutMs: TIMEOUT_MS });
    expect(clock.passedMs()).toBeLessThanOrEqual(TIMEOUT_MS);
    expect(valueIn(report.peers).connections).toHaveLength(1);
    expect(valueIn(report.head).height).toBe(3_512_001);
    expect(failures(report)).toEqual({
      last_block: "timeout",
      totals: "timeout",
      sync: "timeout",
      bans: "timeout",
      limits: "timeout",
    });
  });
});

describe("a call that a server does not offer is not a failure", () => {
  test("404 and Method not found", async () => {
    const report = await pollDaemon({
      ...SYNCING,
      "/get_net_stats": { status: 404 },
      "/get_limit": { status: 404 },
      get_bans: METHOD_NOT_FOUND,
      sync_info: METHOD_NOT_FOUND,
    });
    expect([report.totals, [...report.apis.keys()], extraLines(report)]).toEqual([undefined, ["last_block"], []]);
    expect(report.peers.ok).toBe(true);
  });

  test("a restricted RPC that get_info did not show as such", async () => {
    const fake = await serve(daemon({ ...RESTRICTED, get_info: { status: 500 }, get_connections: rpc({}) }));
    const report = await poll(openNode("monero", fake.url));
    expect([report.totals, report.apis.size, extraLines(report)]).toEqual([undefined, 0, []]);
    // /get_limit would answer, but a part of the limits alone is asked nowhere.
    expect(callsOf(fake)).toEqual(["get_info", "get_connections", "/get_net_stats", "get_bans"]);
  });

  test.each<[string, Answer]>([
    ["Method not found", METHOD_NOT_FOUND],
    ["404", { status: 404 }],
    ["403", { status: 403 }],
    ["an error of its own", json({ error: { code: -32_000, message: "method is not in your plan" } })],
  ])("a gateway that answers %s", async (_, refusal) => {
    const fake = await serve(daemon({ ...SYNCING, get_bans: refusal, sync_info: refusal }));
    const report = await poll(openNode("monero", `${fake.url}/s3cret-token/`));
    expect([report.totals, [...report.apis.keys()], extraLines(report)]).toEqual([undefined, ["last_block"], []]);
    expect(new Set(fake.requests.map(({ url }) => url))).toEqual(new Set(["/s3cret-token/"]));
  });

  test("a gateway that offers the methods", async () => {
    const fake = await serve(daemon(SYNCING));
    const report = await poll(openNode("monero", `${fake.url}/s3cret-token/`));
    expect([report.totals, [...report.apis.keys()]]).toEqual([undefined, ["last_block", "sync", "bans"]]);
    expect(extraLines(report)).toEqual([...BANS, ...SYNC]);
  });

  test("a gateway that is out of order", async () => {
    const fake = await serve(daemon({ get_bans: { status: 502 } }));
    const report = await poll(openNode("monero", `${fake.url}/s3cret-token/`));
    expect(failures(report)).toEqual({ bans: "http" });
  });
});

test("the JSON-RPC path of monerod itself is not a gateway", async () => {
  const fake = await serve(daemon());
  const report = await poll(openNode("monero", `${fake.url}/json_rpc?token=s3cret`));
  expect([report.totals?.ok, extraLines(report)]).toEqual([true, [...BANS, ...LIMITS]]);
  expect(new Set(fake.requests.map(({ url }) => url))).toEqual(
    new Set(
      ["/json_rpc", "/get_net_stats", "/get_limit", "/in_peers", "/out_peers"].map((path) => `${path}?token=s3cret`),
    ),
  );
});

describe("the limits are asked for only after a get_info of the node itself", () => {
  test.each<[string, Answer]>([
    ["it failed: who knows whether bodies arrive, and without one the caps would be set", { status: 500 }],
    ["a bootstrap daemon answered", rpc(fixtureResult("monero/get_info.bootstrap.json"))],
  ])("%s", async (_, get_info) => {
    const fake = await serve(daemon({ get_info }));
    const report = await poll(openNode("monero", fake.url));
    expect(callsOf(fake)).toEqual(expect.arrayContaining(["/get_net_stats", "get_bans"]));
    expect(callsOf(fake).filter((call) => /limit|_peers/.test(call))).toEqual([]);
    expect([report.apis.has("limits"), report.totals?.ok, extraLines(report).slice(0, 2)]).toEqual([false, true, BANS]);
  });

  test("the rates of a bootstrap daemon are not the node's", async () => {
    const report = await pollDaemon({ "/get_limit": bare({ limit_down: 5, limit_up: 5, untrusted: true }) });
    expect(extraLines(report)).toEqual([...BANS, "max_peers direction=outbound 12"]);
  });
});

test("a node that answers neither is asked nothing more", async () => {
  const fake = await serve(daemon({ get_info: { status: 500 }, get_connections: { status: 500 } }));
  const report = await poll(openNode("monero", fake.url));
  expect(callsOf(fake)).toEqual(["get_info", "get_connections"]);
  expect([failureIn(report.peers).reason, report.apis.size, report.chainSamples, report.totals]).toEqual([
    "http",
    0,
    [],
    undefined,
  ]);
});

test("get_connections that fails leaves what the node says of itself", async () => {
  const report = await pollDaemon({ get_connections: { status: 500 } });
  expect([report.totals?.ok, extraLines(report)]).toEqual([true, [...BANS, ...LIMITS]]);
  expect(sampleLines(report.chainSamples)).toContain(`rpc_connections ${String(info.rpc_connections_count)}`);
  expect(sampleLines(report.chainSamples).filter((line) => /stripe|public_rpc/.test(line))).toEqual([]);
});
