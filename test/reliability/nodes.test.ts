import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogLine } from "../support/exporter.ts";
import { type Page, value } from "../support/exposition-parser.ts";
import { tempFolder } from "../support/servers.ts";
import { NODE_FAULTS } from "./catalogue.ts";
import { type FaultyNode, startFaultyNode } from "./faulty-node.ts";
import { AUTHORITIES, INJECTIONS, type Injection, nameOf } from "./injections.ts";
import { failuresOf, familiesOf, isUp, KEPT_WHEN_DOWN, type Observed, observe, watchHealthy } from "./observe.ts";
import { CHAINS, WELL } from "./well-nodes.ts";

/**
 * One exporter, one node for each fault, and healthy nodes beside them. All nodes are well, then all are broken at once,
 * then mended; the tests look at the pages and the log of those three times.
 */

const HEALTHY = CHAINS.map((chain) => `${chain}-healthy`);

let nodes: ReadonlyMap<string, FaultyNode>;
let exporter: Observed;
let before: Page;
let during: Page;
let after: Page;
let healthyProblems: readonly string[];
let markBroken = 0;
let markMended = 0;

beforeAll(async () => {
  const caFile = join(tempFolder(), "authorities.pem");
  writeFileSync(caFile, AUTHORITIES);
  const started = [
    ...HEALTHY.map((name, index) => ({ name, chain: CHAINS[index] ?? "wire", tls: undefined, settings: {} })),
    ...INJECTIONS.map((injection) => ({ ...injection, name: nameOf(injection) })),
  ].map(async ({ name, chain, tls, settings = {} }) => {
    const node = await startFaultyNode(WELL[chain], { tls });
    const own = JSON.parse(JSON.stringify(settings).replace("AUTHORITIES", caFile));
    return { node, entry: { name, chain, url: node.url, ...own } };
  });
  const all = await Promise.all(started);
  nodes = new Map(all.map(({ node, entry }) => [entry.name, node]));
  exporter = await observe(all.map(({ entry }) => entry));
  const names = all.map(({ entry }) => entry.name);
  before = await exporter.until("all nodes to be up", (page) => names.every((name) => isUp(page, name)));
  markBroken = exporter.mark();
  const watch = watchHealthy(exporter, HEALTHY, before, 6);
  await Promise.all(INJECTIONS.map((injection) => nodeOf(injection).break(injection.how)));
  await exporter.until("two polls of each broken node", (page) =>
    INJECTIONS.every((it) => pollsOf(page, nameOf(it)) >= pollsOf(before, nameOf(it)) + 2),
  );
  during = await exporter.until("all faults to be on the page", (page) => INJECTIONS.every((it) => isBroken(page, it)));
  markMended = exporter.mark();
  await Promise.all(INJECTIONS.map((injection) => nodeOf(injection).mend()));
  after = await exporter.until("all nodes to be up again", (page) => names.every((name) => isWhole(page, name)));
  healthyProblems = await watch.end();
});

afterAll(async () => {
  await exporter?.stop();
  await Promise.all([...(nodes?.values() ?? [])].map((node) => node.close()));
});

function nodeOf(injection: Injection): FaultyNode {
  const node = nodes.get(nameOf(injection));
  if (node === undefined) throw new Error(`no node for ${nameOf(injection)}`);
  return node;
}

const pollsOf = (page: Page, target: string) => value(page, "p2p_node_polls_total", { target });

function isBroken(page: Page, injection: Injection): boolean {
  const target = nameOf(injection);
  if (injection.left === "all") return true;
  if (injection.left === "peers") return value(page, "p2p_node_api_up", { target, api: "head" }) === 0;
  return !isUp(page, target);
}

/** Up with everything that it had before. */
function isWhole(page: Page, target: string): boolean {
  const now = familiesOf(page, target);
  return isUp(page, target) && familiesOf(before, target).every((family) => now.includes(family));
}

const apiUp = (page: Page, target: string, api: string) => value(page, "p2p_node_api_up", { target, api });

/** Families about peers, and about the head. */
const ABOUT_PEERS = /^p2p_connection_|^p2p_node_(?:peers|connections|syncing_peers|peer_subnets)/;
const ABOUT_HEAD = /^p2p_node_(?:head|final|reference)_/;

/** Besides what is kept always: what any answer of the server tells, whatever it says. */
const TOLD_BY_ANY_ANSWER = ["p2p_node_clock_skew_seconds", "p2p_node_tls_certificate_expiry_timestamp_seconds"];

/** One line of the log as the catalogue gives it: … stands for names and numbers. */
function matches(pattern: string, line: string): boolean {
  const parts = pattern.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`).test(line);
}

const warnings = (lines: readonly LogLine[]) => lines.filter(({ level }) => level !== "info").map(({ msg }) => msg);

describe.each(INJECTIONS.map((injection) => [nameOf(injection), injection] as const))("%s", (target, injection) => {
  const { reason, log } = NODE_FAULTS[injection.fault];
  const { left } = injection;

  test("the page shows what is true", () => {
    const families = familiesOf(during, target);
    expect(families.filter((name) => left !== "all" && left !== "peers" && ABOUT_PEERS.test(name))).toEqual([]);
    expect(families.filter((name) => left !== "all" && left !== "head" && ABOUT_HEAD.test(name))).toEqual([]);
    if (left === "nothing") {
      const allowed = [...KEPT_WHEN_DOWN, ...TOLD_BY_ANY_ANSWER];
      expect(families.filter((name) => !allowed.includes(name))).toEqual([]);
      expect(KEPT_WHEN_DOWN.filter((name) => !families.includes(name))).toEqual([]);
    }
    if (left === "all") expect(isWhole(during, target)).toBe(true);
    expect(isUp(during, target)).toBe(left === "all" || left === "peers");
    expect(apiUp(during, target, "peers")).toBe(left === "all" || left === "peers" ? 1 : 0);
    expect(apiUp(during, target, "head")).toBe(left === "all" || left === "head" ? 1 : 0);
  });

  test("failed polls are counted under the reason", () => {
    const isDown = left === "nothing" || left === "head";
    expect(Object.keys(failuresOf(during, target))).toEqual(isDown ? [reason] : []);
    expect(failuresOf(before, target)).toEqual({});
  });

  test("the log has one line, with advice", () => {
    const lines = warnings(exporter.linesOf(target, markBroken));
    const expected = log === "nothing" ? 0 : 1;
    expect(lines, lines.join("\n")).toHaveLength(expected);
    expect(
      lines.filter((line) => !matches(log, line)),
      log,
    ).toEqual([]);
    expect(
      exporter.linesOf(target, markBroken).filter(({ level, reason: told }) => level === "warn" && told !== reason),
    ).toEqual([]);
  });

  test("it recovers", () => {
    expect(isWhole(after, target)).toBe(true);
    const good = exporter.linesOf(target, markMended).filter(({ level }) => level === "info");
    const [told] = good.map(({ msg }) => msg);
    if (left === "all") expect(good).toEqual([]);
    else expect(told).toMatch(left === "peers" ? /^the head API answers again$/ : /^up again after \d/);
    expect(good.length).toBeLessThanOrEqual(1);
  });
});

test("healthy nodes beside them stay complete and punctual", () => {
  expect(healthyProblems).toEqual([]);
  for (const target of HEALTHY) expect(warnings(exporter.linesOf(target))).toEqual([]);
});

test("no line of the log is about a bug", () => {
  expect(exporter.program.output()).not.toMatch(/"level":"error"|internal|peer-exporter: the log/);
});

test("a redirect is not followed", () => {
  const asked = INJECTIONS.filter(({ fault }) => fault === "redirect").map((it) => nodeOf(it).paths());
  expect(asked.flat().filter((path) => path.startsWith("/elsewhere"))).toEqual([]);
});
