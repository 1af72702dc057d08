import { describe, expect, test } from "vitest";
import { nodesReport } from "../../src/cli/commands/check-report.ts";
import { createStyle } from "../../src/lib/text/terminal.ts";
import type { NodeReport, Outcome } from "../../src/model/report.ts";
import { createStateChangeLog } from "../../src/poll/log-state-changes.ts";
import { causesOf, failuresOf, isUp, mainFailure, outcomesOf, traceText } from "../../src/poll/outcomes.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import { toStored } from "../../src/poll/store.ts";
import type { RpcCall } from "../../src/rpc/client.ts";
import { overviewOf } from "../../src/server/pages/overview.ts";
import {
  deadReport,
  failing,
  firstState,
  head,
  logSink,
  NOW,
  nodeConfig,
  peers,
  report,
  stateAfter,
} from "./support.ts";

const CALL = { method: "POST", server: "http://192.0.2.10:18081" } as const;

test("a poll as text: how each API call ended, then its requests as they were sent", () => {
  const calls: readonly RpcCall[] = [
    {
      ...CALL,
      name: "get_connections",
      startedMs: NOW + 12,
      milliseconds: 1503.6,
      outcome: { kind: "failed", reason: "timeout" },
    },
    {
      ...CALL,
      name: "get_info",
      startedMs: NOW,
      milliseconds: 11.7,
      outcome: { kind: "answered", status: 200, bytes: 1234 },
    },
  ];
  const given = report({ peers: failing("timeout"), head: head(7), apis: new Map([["bans", failing("http")]]) });
  expect(traceText({ node: nodeConfig(), report: given }, calls)).toMatchInlineSnapshot(`
    "peers: timeout: the call failed (timeout); change something
    head: success
    bans: http: the call failed (http); change something

    sent    took     result    size    request
    +0 ms   12 ms    HTTP 200  1234 B  POST get_info at http://192.0.2.10:18081
    +12 ms  1504 ms  timeout           POST get_connections at http://192.0.2.10:18081

    "
  `);
});

test("a poll without requests", () => {
  expect(traceText({ node: nodeConfig(), report: report({ peers: peers() }) }, [])).toMatchInlineSnapshot(`
    "peers: success
    head: success

    sent  took  result  size  request

    "
  `);
});

/** A refused login, as a call reports it. */
const refused = (call: string, server = "http://h:1"): Outcome<never> => ({
  ok: false,
  failure: { reason: "unauthorized", message: `${call} at ${server}: found 401`, advice: "check auth" },
});

describe("failures with one cause are shown once", () => {
  const bans = { ...report(), apis: new Map([["bans", refused("get_bans")]]) };

  test.each<[string, Readonly<Record<string, Outcome<unknown>>>, readonly string[]]>([
    ["one alone keeps its call", { bans: refused("get_bans") }, ["bans: get_bans at http://h:1: found 401"]],
    [
      "several name their APIs",
      { totals: refused("/get_net_stats"), bans: refused("get_bans"), limits: refused("get_limit 5") },
      ["totals, bans, limits: calls at http://h:1: found 401"],
    ],
    [
      "other servers and reasons stay apart",
      { a: refused("x"), b: refused("x", "http://h:2"), c: failing("http"), d: refused("y"), e: failing("http") },
      ["a, d: calls at http://h:1: found 401", "b: x at http://h:2: found 401", "c, e: the call failed (http)"],
    ],
  ])("%s", (_, apis, expected) => {
    const state = { node: nodeConfig(), report: report({ apis: new Map(Object.entries(apis)) }) };
    expect(causesOf(state).map(({ api, failure }) => `${api}: ${failure.message}`)).toEqual(expected);
    const lines = traceText(state, []).split("\n");
    expect(lines.filter((line) => /: (unauthorized|http): /.test(line))).toHaveLength(expected.length);
    expect(overviewOf(toStored(stateAfter(state.report)), createRecentPolls().of("a")).failures).toHaveLength(
      expected.length,
    );
  });

  test("in the log too", () => {
    const apis = new Map([...bans.apis, ["limits", refused("get_limit")]]);
    const { log, lines } = logSink();
    createStateChangeLog()(toStored(firstState(nodeConfig())), toStored(stateAfter(report({ apis }))), log);
    expect(lines.filter(({ level }) => level === "warn")).toMatchObject([
      {
        api: "bans, limits",
        reason: "unauthorized",
        msg: "the APIs bans, limits fail: calls at http://h:1: found 401; check auth",
      },
    ]);
  });
});

const NODE = nodeConfig();
const REFERENCE = nodeConfig({ role: "reference" });
/** As an adapter reports a reference, which is not asked for its peers. */
const headOnly = (rest: Partial<NodeReport> = {}) => report({ peers: failing("unavailable"), ...rest });

describe("a node is up by its peer list, a reference by its head", () => {
  test("before the first poll neither is up, and nothing has failed", () => {
    for (const node of [NODE, REFERENCE]) {
      const state = { node, report: undefined };
      expect([isUp(state), mainFailure(state), failuresOf(state), outcomesOf(state)]).toEqual([
        false,
        undefined,
        [],
        [],
      ]);
    }
  });

  test.each([
    ["node, all parts work", NODE, report(), true, []],
    ["node, its head fails", NODE, report({ head: failing("http") }), true, ["head http"]],
    ["node, its peers fail", NODE, report({ peers: failing("http") }), false, ["peers http"]],
    ["node, all fail alike", NODE, deadReport("dns"), false, ["peers dns"]],
    [
      "node, another part fails for another reason",
      NODE,
      report({ peers: failing("http"), head: failing("timeout") }),
      false,
      ["peers http", "head timeout"],
    ],
    ["reference, its head works", REFERENCE, headOnly(), true, []],
    ["reference, its head fails", REFERENCE, headOnly({ head: failing("http") }), false, ["head http"]],
    [
      "reference, another part fails",
      REFERENCE,
      headOnly({ apis: new Map([["info", failing("http")]]) }),
      true,
      ["info http"],
    ],
  ])("%s", (_, node, given, expectedUp, failures) => {
    const state = { node, report: given };
    expect(isUp(state)).toBe(expectedUp);
    expect(mainFailure(state) === undefined).toBe(expectedUp);
    expect(failuresOf(state).map(({ api, failure: { reason } }) => `${api} ${reason}`)).toEqual(failures);
  });
});

describe("a partly failing reference is the same on its page, in the log and in check --connect", () => {
  const works = { ok: true, value: undefined } as const;

  test.each([
    [
      "the head fails while another part works",
      headOnly({ head: failing("http"), apis: new Map([["info", works]]) }),
      "down",
      "DOWN",
      ["warn: down: the call failed (http); change something"],
    ],
    [
      "the head works while another part fails",
      headOnly({ apis: new Map([["info", failing("http")]]) }),
      "degraded",
      "PART",
      ["info: up", "warn: the info API fails: the call failed (http); change something"],
    ],
  ])("%s", (_, given, onPage, inCheck, inLog) => {
    const state = stateAfter(given, { node: REFERENCE });
    const { log, lines } = logSink();
    createStateChangeLog()(toStored(firstState(REFERENCE)), toStored(state), log);
    expect(overviewOf(toStored(state), createRecentPolls().of(REFERENCE.name)).condition).toBe(onPage);
    const view = { style: createStyle(false), maxWidth: undefined };
    expect(nodesReport([{ ...state, report: given, calls: [] }], view)).toMatch(new RegExp(`\n${inCheck} `));
    expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).toEqual(inLog);
  });
});
