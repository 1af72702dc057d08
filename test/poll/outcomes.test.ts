import { describe, expect, test } from "vitest";
import { nodesReport } from "../../src/cli/commands/check.ts";
import { createStyle } from "../../src/lib/text/terminal.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { createStateChangeLog } from "../../src/poll/log-state-changes.ts";
import { failuresOf, isUp, mainFailure, outcomesOf, traceText } from "../../src/poll/outcomes.ts";
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
    expect(nodesReport([{ ...state, report: given, calls: [] }], createStyle(false))).toMatch(
      new RegExp(`^${inCheck} `),
    );
    expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).toEqual(inLog);
  });
});
