import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultOf } from "../../tools/faults/exporter-faults.ts";
import { type Exporter, logLines, startExporter } from "../support/exporter.ts";
import { find, type Page } from "../support/exposition-parser.ts";
import { type FakeNode, startFakeNode } from "../support/fake-node.ts";
import { type Health, hostileEntries, watchHealth } from "../support/hostile-watch.mjs";
import { type RunningProgram, startProcess, waitFor } from "../support/servers.ts";
import { CHAINS, PEERS_CALL, WELL } from "./well-nodes.ts";

/** `faultOf("smallHeap")`; another exporter with ten good nodes alone tells what is usual on this machine. */

const PROGRAM = fileURLToPath(new URL("../support/hostile-node.mjs", import.meta.url));

const GOOD = 10;
const INTERVAL_SECONDS = 2;
const SMALL_HEAP = { NODE_OPTIONS: "--max-old-space-size=128" };
/** Addresses of the one node under which it is polled: six times as many of its answers in the same time. */
const ADDRESSES = 6;
const LOOK_MS = 50;

type Site = {
  readonly exporter: Exporter;
  readonly nodes: readonly FakeNode[];
};

type Served = Readonly<Record<string, number>>;

let hostile: RunningProgram;
const NO_HEALTH: Health = { latencies: [], unhealthy: [] };
/** Of the exporter that polls the hostile node. */
let health: Health;
let site: Site;
let control: Site;
let served: Served;
let page: Page;
/** By how many polls a good node was behind the same one beside no hostile node. */
let mostBehind: number;
let exitCode: number;
let peak: number;

async function startSite(others: readonly object[]): Promise<Site> {
  const nodes = await Promise.all(
    Array.from({ length: GOOD }, (_, index) => startFakeNode(WELL[CHAINS[index % CHAINS.length] ?? "wire"])),
  );
  const entries = nodes.map(({ url }, index) => ({ name: `good-${index}`, chain: CHAINS[index % CHAINS.length], url }));
  const global = { interval: `${INTERVAL_SECONDS}s`, timeout: `${INTERVAL_SECONDS}s` };
  const config = JSON.stringify({ global, nodes: [...entries, ...others] });
  const exporter = await startExporter({ config, env: SMALL_HEAP });
  return { exporter, nodes };
}

/** How often the peers of each good node were asked for. */
function pollsOf({ nodes }: Site): readonly number[] {
  return nodes.map(({ requests }, index) => {
    const call = PEERS_CALL[CHAINS[index % CHAINS.length] ?? "wire"];
    return requests.filter(({ url, body }) => url.includes(call) || body.includes(call)).length;
  });
}

async function servedBy({ output }: RunningProgram): Promise<Served> {
  const url = /listening on (\S+)/.exec(output())?.[1];
  const counts: Served = JSON.parse(await (await fetch(`${url}/-/served`)).text());
  return counts;
}

const isAllServed = (counts: Served) => Object.values(counts).every((count) => count > 0);

beforeAll(async () => {
  hostile = await startProcess(process.execPath, [PROGRAM]);
  const url = await waitFor(() => /listening on (\S+)/.exec(hostile.output())?.[1], "the hostile node to listen");
  const others = hostileEntries(url, ADDRESSES);
  [site, control] = await Promise.all([startSite(others), startSite([])]);
  const sites = [site, control];
  await waitFor(() => sites.every((one) => pollsOf(one).every((count) => count > 0)), "each good node to be polled");
  const before = sites.map(pollsOf);
  mostBehind = 0;
  let isOver = false;
  const watching = Promise.all(
    sites.map(({ exporter }) => watchHealth(exporter.url, { everyMs: LOOK_MS, isOver: () => isOver })),
  );
  await waitFor(
    async () => {
      const [beside, alone] = sites.map((one, which) =>
        pollsOf(one).map((count, index) => count - (before[which]?.[index] ?? 0)),
      );
      mostBehind = Math.max(mostBehind, ...(alone ?? []).map((count, index) => count - (beside?.[index] ?? 0)));
      served = await servedBy(hostile);
      return isAllServed(served);
    },
    "each hostile answer to be sent",
    { timeoutMs: 120_000, program: site.exporter.program },
  );
  isOver = true;
  const [beside = NO_HEALTH, alone = NO_HEALTH] = await watching;
  health = beside;
  page = await site.exporter.page();
  peak = peakOf(site.exporter.program.pid);
  exitCode = await site.exporter.stop();
  process.stdout.write(
    `/-/healthy, 99th percentile: ${percentile(beside.latencies)} ms beside a hostile node, ${percentile(alone.latencies)} ms ` +
      `beside none; ${peak} MiB resident at most\n`,
  );
});

afterAll(async () => {
  await Promise.all([site?.exporter.stop(), control?.exporter.stop(), hostile?.stop()]);
  await Promise.all([site, control].flatMap((one) => one?.nodes ?? []).map((node) => node.close()));
});

/** The highest resident memory so far, in MiB; 0 where the system does not tell. */
function peakOf(pid: number): number {
  try {
    const kilobytes = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return 0;
  }
}

function percentile(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * 0.99)] ?? 0).toFixed(0);
}

const isGood = (labels: ReadonlyMap<string, string>) => labels.get("target")?.startsWith("good") === true;

describe(faultOf("smallHeap").fault, () => {
  test("the process runs until it is stopped", () => {
    expect(exitCode).toBe(0);
  });

  test("healthy nodes are never late by more than one interval", () => {
    // One for the interval, one as two exporters do not poll at the same moment.
    expect(mostBehind).toBeLessThanOrEqual(2);
    const good = find(page, "p2p_node_last_success_timestamp_seconds").filter(({ labels }) => isGood(labels));
    expect(good).toHaveLength(GOOD);
  });

  test("/-/healthy keeps answering", () => {
    expect(health.latencies).not.toEqual([]);
    expect(health.unhealthy).toEqual([]);
  });

  test("the answers of the hostile node are its own failure, in a short message", () => {
    const reasons = logLines(site.exporter.program).flatMap(({ target = "", reason = [] }) =>
      target.startsWith("hostile") ? reason : [],
    );
    expect(reasons).toContain("too_large");
    expect(logLines(site.exporter.program).filter(({ level }) => level === "error" || level === "fatal")).toEqual([]);
    expect(site.exporter.program.output().length).toBeLessThan(1024 * 1024);
  });
});
