import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NODE_FAULTS } from "../../tools/faults/node-faults.ts";
import { type Page, value } from "../support/exposition-parser.ts";
import { keptWhenDown } from "../support/kept-when-down.ts";
import { tempFolder, waitFor } from "../support/servers.ts";
import { type FaultyNode, startFaultyNode } from "./faulty-node.ts";
import type { Injection } from "./injection.ts";
import {
  failuresOf,
  familiesOf,
  isUp,
  lostSince,
  type Observed,
  type ObserveOptions,
  observe,
  probe,
  watchHealthy,
} from "./observe.ts";
import { HEALTHY, WELL } from "./well-nodes.ts";

export type Suite = {
  /** The pages while all nodes are well, while they are broken, and when they are well again. */
  readonly before: () => Page;
  readonly during: () => Page;
  readonly after: () => Page;
  readonly nodeOf: (injection: Injection) => FaultyNode;
  readonly nameOf: (injection: Injection) => string;
};

export type SuiteOptions = ObserveOptions & {
  /** What stands for the authorities in the settings of nodes is replaced by a file with these certificates. */
  readonly authorities?: string;
  /** The interval and timeout of healthy nodes: a machine that is busy with tests must not make them fail. */
  readonly healthySeconds: number;
};

/**
 * One exporter, one node for each injection, and healthy nodes beside them. All nodes are well, then all are broken at
 * once, then mended; the tests look at the pages and the log of those three times.
 */
export function describeFaults(injections: readonly Injection[], options: SuiteOptions): Suite {
  const healthyNames = HEALTHY.map(({ name }) => name);
  const nameOf = (injection: Injection) => `${injection.chain}-${injection.fault}-${injections.indexOf(injection)}`;
  let nodes: ReadonlyMap<string, FaultyNode> = new Map();
  let exporter: Observed;
  let before: Page | undefined;
  let during: Page;
  let after: Page;
  let healthyProblems: readonly string[];
  let markBroken = 0;
  let markMended = 0;

  beforeAll(async () => {
    const caFile = join(tempFolder(), "authorities.pem");
    writeFileSync(caFile, options.authorities ?? "");
    const started = [
      ...HEALTHY.map((node) => ({ ...node, tls: undefined, settings: every(options.healthySeconds) })),
      ...injections.map((injection) => ({ ...injection, name: nameOf(injection) })),
    ].map(async ({ name, chain, tls, settings = {} }) => {
      const node = await startFaultyNode(WELL[chain], { tls });
      const own = JSON.parse(JSON.stringify({ ...ASKED, ...settings }).replace("AUTHORITIES", caFile));
      return { node, entry: { name, chain, url: node.url, ...own } };
    });
    const all = await Promise.all(started);
    nodes = new Map(all.map(({ node, entry }) => [entry.name, node]));
    exporter = await observe(
      all.map(({ entry }) => entry),
      options,
    );
    const names = all.map(({ entry }) => entry.name);
    const broken = injections.map(nameOf);
    before = await polledUntil("all nodes to be up", broken, (page) => names.every((name) => isUp(page, name)));
    markBroken = exporter.mark();
    const watch = watchHealthy(exporter, healthyNames, before, maxAge(options.healthySeconds));
    await Promise.all(injections.map((injection) => nodeOf(injection).break(injection.how)));
    // Twice, as the second poll must not be told again.
    await pollAll(broken, BROKEN_IMMEDIATELY);
    await pollAll(broken, BROKEN_IMMEDIATELY);
    during = await exporter.until("all faults to be seen", (page) => injections.every((it) => isBroken(page, it)));
    markMended = exporter.mark();
    await Promise.all(injections.map((injection) => nodeOf(injection).mend()));
    after = await polledUntil("all nodes to be whole", broken, (page) => names.every((name) => isWhole(page, name)));
    healthyProblems = await watch.end();
    // The tests only look at what was: while they run, this process would not answer for its nodes.
    await exporter.stop();
  });

  afterAll(async () => {
    await exporter?.stop();
    await Promise.all([...nodes.values()].map((node) => node.close()));
  });

  /** Polls them all now, some at a time; nodes that asked to be left alone are. */
  async function pollAll(names: readonly string[], runToEnd: number): Promise<void> {
    const waiting = [...names];
    const worker = async () => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) await probe(exporter, name);
    };
    await Promise.all(Array.from({ length: runToEnd }, worker));
  }

  /** Polls those that are not whole until the page is as wanted. */
  async function polledUntil(what: string, names: readonly string[], isSo: (page: Page) => boolean): Promise<Page> {
    return waitFor(
      async () => {
        const page = await exporter.page();
        if (isSo(page)) return page;
        const others = names.filter((name) => !isWhole(page, name));
        await pollAll(others, WELL_AT_ONCE);
        throw new Error(others.map((name) => `${name} lacks ${lostBy(page, name).join(", ") || "nothing"}`).join("; "));
      },
      what,
      { timeoutMs: 90_000, program: exporter.program },
    );
  }

  function nodeOf(injection: Injection): FaultyNode {
    const node = nodes.get(nameOf(injection));
    if (node === undefined) throw new Error(`no node for ${nameOf(injection)}`);
    return node;
  }

  function isBroken(page: Page, injection: Injection): boolean {
    const target = nameOf(injection);
    if (injection.left === "all") return true;
    if (injection.left === "peers") return value(page, "p2p_node_api_up", { target, api: "head" }) === 0;
    return !isUp(page, target);
  }

  /** The families that a node had at first and has no more. */
  function lostBy(page: Page, target: string): readonly string[] {
    return before === undefined ? [] : lostSince(before, page, target);
  }

  /** Up with everything that it had before. */
  function isWhole(page: Page, target: string): boolean {
    return isUp(page, target) && lostBy(page, target).length === 0;
  }

  describe.each(injections.map((injection) => [nameOf(injection), injection] as const))("%s", (target, injection) => {
    const { reason, log } = NODE_FAULTS[injection.fault];
    const { left } = injection;

    test("the page shows what is true", () => {
      const families = familiesOf(during, target);
      expect(families.filter((name) => left !== "all" && left !== "peers" && ABOUT_PEERS.test(name))).toEqual([]);
      expect(families.filter((name) => left !== "all" && left !== "head" && ABOUT_HEAD.test(name))).toEqual([]);
      if (left === "nothing") {
        const kept = keptWhenDown(injection.chain);
        const allowed = [...kept, ...KNOWN_FROM_ANY_RESPONSE];
        expect(families.filter((name) => !allowed.includes(name))).toEqual([]);
        expect(kept.filter((name) => !families.includes(name))).toEqual([]);
      }
      if (left === "all") expect(lostBy(during, target)).toEqual([]);
      expect(isUp(during, target)).toBe(left === "all" || left === "peers");
      expect(apiUp(during, target, "peers")).toBe(left === "all" || left === "peers" ? 1 : 0);
      expect(apiUp(during, target, "head")).toBe(left === "all" || left === "head" ? 1 : 0);
    });

    test("failed polls are counted under the reason", () => {
      const isDown = left === "nothing" || left === "head";
      expect(Object.keys(failuresOf(during, target))).toEqual(isDown ? [reason] : []);
      expect(failuresOf(taken(before), target)).toEqual({});
    });

    const api = left === "peers" ? "head" : "peers";

    test("the log has one line, with advice", () => {
      const lines = exporter.linesOf(target, markBroken).filter(({ level }) => level !== "info");
      const about = lines.filter((line) => line.api === api).map(({ msg }) => msg);
      expect(about, about.join("\n")).toHaveLength(log === "nothing" ? 0 : 1);
      for (const line of about) expect([line, matches(log, line)]).toEqual([line, true]);
      // A poll that meets the end of the fault may find the head in another state than the peers.
      const whileBroken = exporter
        .linesOf(target, markBroken, markMended)
        .filter((line) => line.api === "peers" || line.api === "head");
      expect(whileBroken.map((line) => [line.api, line.reason])).toEqual(about.map(() => [api, reason]));
    });

    test("it recovers", () => {
      expect(lostBy(after, target)).toEqual([]);
      const good = exporter.linesOf(target, markMended).filter((line) => line.level === "info" && line.api === api);
      const messages = good.map(({ msg }) => msg);
      if (left === "all") expect(messages).toEqual([]);
      else if (left === "peers") expect(messages).toEqual(["the head API answers again"]);
      else expect(messages).toEqual([expect.stringMatching(/^up again, \d+\w+ after its last successful poll$/)]);
    });
  });

  test("healthy nodes stay complete and punctual", () => {
    expect(healthyProblems).toEqual([]);
    for (const target of healthyNames) {
      expect(exporter.linesOf(target, markBroken).filter(({ level }) => level !== "info")).toEqual([]);
    }
  });

  test("no line of the log is about a bug", () => {
    expect(exporter.program.output()).not.toMatch(/"level":"error"|internal|peer-exporter: the log/);
  });

  return {
    before: () => taken(before),
    during: () => during,
    after: () => after,
    nodeOf,
    nameOf,
  };
}

const apiUp = (page: Page, target: string, api: string) => value(page, "p2p_node_api_up", { target, api });

function taken(page: Page | undefined): Page {
  if (page === undefined) throw new Error("the page was not taken yet");
  return page;
}

/** Broken nodes mostly wait; well ones work, and with too many of them at once some would come too late for their timeouts. */
const BROKEN_IMMEDIATELY = 20;
const WELL_AT_ONCE = 6;

/** Polled when a test wants it, with time enough for a busy machine. */
export const ASKED = { interval: "1h", timeout: "60s" };

/** The schedule of healthy nodes. */
export const every = (seconds: number) => ({ interval: `${seconds}s`, timeout: `${seconds}s` });

/** How old their data may get, in seconds: an interval, a poll that takes as long as it may, and a busy machine. */
export const maxAge = (seconds: number): number => 2.5 * seconds;

/** Families about peers, and about the head. */
const ABOUT_PEERS = /^p2p_connection_|^p2p_node_(?:peers|connections|syncing_peers|peer_subnets|largest_subnet)/;
const ABOUT_HEAD = /^p2p_node_(?:head|final|reference|block)_/;

/** Besides what is kept always: what any answer of the server tells, whatever it says. */
const KNOWN_FROM_ANY_RESPONSE = ["p2p_node_tls_certificate_expiry_timestamp_seconds"];

/** One line of the log as the catalogue gives it: … stands for names, numbers, and what a server says, if it says anything. */
export function matches(pattern: string, line: string): boolean {
  const parts = pattern.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(line);
}
