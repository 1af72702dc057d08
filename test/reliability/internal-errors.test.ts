import { expect, onTestFinished, test } from "vitest";
import { startApp } from "../../src/app/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { parseListenAddress } from "../../src/server/listen-address.ts";
import { faultOf, logPattern } from "../../tools/faults/exporter-faults.ts";
import { logSink, peers, report, row } from "../poll/support.ts";
import { find, parseText, value } from "../support/exposition-parser.ts";
import { waitFor } from "../support/servers.ts";

/** Bugs planted in the code of a chain, below the whole program. */

type Poll = (signal: AbortSignal) => Promise<NodeReport>;

const well: Poll = async () => report({ peers: peers(row()) });

/** Starts the program with a node whose polls are so, and a second one that is well. */
async function start(poll: Poll) {
  const names = ["broken", "well"];
  const url = "http://127.0.0.1:1";
  const global = { interval: "1s", timeout: "1s" };
  const parsed = parseConfig({ global, nodes: names.map((name) => ({ name, chain: "monero", url })) }, undefined);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("; "));
  const nodes = parsed.config.nodes.map((node) => ({
    ...node,
    options: {
      ...node.options,
      open: () => ({ poll: node.name === "broken" ? poll : well, close: async () => {} }),
    },
  }));
  const { log, lines } = logSink();
  const config = { ...parsed.config, nodes };
  const app = await startApp({
    config,
    load: async () => config,
    addresses: [parseListenAddress("127.0.0.1:0")],
    telemetryPath: "/metrics",
    log,
  });
  onTestFinished(app.close);
  const page = async () => parseText(await (await fetch(`${app.addresses[0]}/metrics`)).text());
  return { page, lines };
}

const throws: Poll = () => {
  throw new TypeError("planted");
};
const rejects: Poll = async () => {
  throw new RangeError("planted");
};
const rejectsWithMessage: Poll = () => Promise.reject("planted");
const givesNonsense: Poll = async () => Object({ ...report(), peers: { ok: true, value: undefined } });
const breaksInRendering: Poll = async () => {
  const agent = {
    get: () => {
      throw new TypeError("planted");
    },
  };
  return report({ peers: peers(Object.defineProperty(row(), "agent", agent)) });
};
const neverEnds: Poll = () => new Promise(() => {});

test.each([
  ["throws", throws],
  ["rejects", rejects],
  ["rejects with words", rejectsWithMessage],
  ["gives nonsense", givesNonsense],
  ["breaks in rendering", breaksInRendering],
  ["never ends, whatever its signal says", neverEnds],
])(`${faultOf("internalError").fault}: it %s`, async (_, bug) => {
  let isBroken = true;
  const { page, lines } = await start((signal) => (isBroken ? bug(signal) : well(signal)));
  const failures = { target: "broken", reason: faultOf("internalError").reason ?? "" };
  const broken = await waitFor(async () => {
    const now = await page();
    const isWell = value(now, "p2p_node_up", { target: "well" }) === 1;
    return isWell && value(now, "p2p_node_poll_failures_total", failures) > 0 && now;
  }, "the bug to be counted");
  expect(value(broken, "p2p_node_up", { target: "broken" })).toBe(0);
  expect(find(broken, "p2p_node_peers", { target: "broken" })).toEqual([]);
  const errors = lines.filter(({ level }) => level === "error");
  expect(errors.length).toBeGreaterThan(0);
  for (const { target, msg, err } of errors) {
    expect(target).toBe("broken");
    expect(msg).toMatch(logPattern("internalError"));
    if (err?.stack !== undefined) expect(err.stack).toMatch(/\n +at /);
  }

  isBroken = false;
  const after = await waitFor(async () => {
    const now = await page();
    return value(now, "p2p_node_up", { target: "broken" }) === 1 && now;
  }, "the node to be up again");
  for (const { samples } of after.families.filter(({ name }) => name === "p2p_node_poll_failures_total")) {
    const ofWell = samples.filter(({ labels }) => labels.get("target") === "well");
    expect(ofWell.map(({ value: count }) => count)).toEqual(ofWell.map(() => 0));
  }
});
