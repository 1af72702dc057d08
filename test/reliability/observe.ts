import { setTimeout as sleep } from "node:timers/promises";
import { type Exporter, type LogLine, logLines, startExporter } from "../support/exporter.ts";
import { find, groupedBy, type Page, value } from "../support/exposition-parser.ts";
import { HURRY } from "../support/hurry.ts";
import { waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

/** What a user sees of a running exporter: its page and its log. */

export type NodeEntry = { readonly name: string; readonly chain: string; readonly url: string } & Readonly<
  Record<string, unknown>
>;

export type ObserveOptions = {
  /** The block of the configuration for all nodes. */
  readonly global?: object;
  readonly connections?: object;
  readonly env?: Readonly<Record<string, string>>;
};

export type Observed = Exporter & {
  /** The page once it is as wanted; the error names what is not. */
  until(what: string, isSo: (page: Page) => boolean): Promise<Page>;
  /** The lines about a node. */
  linesOf(target: string, from?: number, to?: number): readonly LogLine[];
  /** How many lines there are, to look at later ones alone. */
  mark(): number;
};

const LOOK_MS = 600;

/** The real program with these nodes, when each was polled once. */
export async function observe(nodes: readonly NodeEntry[], options: ObserveOptions = {}): Promise<Observed> {
  const { global = { interval: "5s", timeout: "5s" }, connections = {}, env = {} } = options;
  // JSON is YAML.
  const { NODE_OPTIONS = "" } = env;
  const exporter = await startExporter({
    config: JSON.stringify({ global, connections, nodes }),
    env: { ...env, NODE_OPTIONS: `${NODE_OPTIONS} ${HURRY}` },
  });
  await untilReady(exporter);
  const lines = () => logLines(exporter.program);
  return {
    ...exporter,
    until: (what, isSo) =>
      waitFor(
        async () => {
          const page = await exporter.page();
          if (isSo(page)) return page;
          // Reading a large page too often would hold up the nodes of this process.
          await sleep(LOOK_MS);
          return undefined;
        },
        what,
        { timeoutMs: 60_000, program: exporter.program },
      ),
    linesOf: (name, from = 0, to) =>
      lines()
        .slice(from, to)
        .filter(({ target }) => target === name),
    mark: () => lines().length,
  };
}

/** Polls a node now, unless it rests. */
export async function probe({ url }: Pick<Exporter, "url">, target: string): Promise<void> {
  const answer = await fetch(`${url}/probe?node=${target}`);
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`/probe?node=${target} answered ${answer.status}`);
}

export function isUp(page: Page, target: string): boolean {
  return value(page, "p2p_node_up", { target }) === 1;
}

/** All samples of a node. */
const samplesOf = groupedBy(({ labels }) => labels.get("target"));

/** The families that a node has on the page. */
export function familiesOf(page: Page, target: string): readonly string[] {
  const names = samplesOf(page, target).map(({ name }) => name);
  // Not those of the exporter itself: peer_exporter_node_info names every node.
  return [...new Set(names)].filter((name) => name.startsWith("p2p_"));
}

/** The families that a node had on the page before and has no more. */
export function lostSince(before: Page, now: Page, target: string): readonly string[] {
  const left = familiesOf(now, target);
  return familiesOf(before, target).filter((family) => !left.includes(family));
}

/** Counts of failed polls that are not 0, by reason. */
export function failuresOf(page: Page, target: string): Readonly<Record<string, number>> {
  const failed = find(page, "p2p_node_poll_failures_total", { target }).filter((sample) => sample.value > 0);
  return Object.fromEntries(failed.map(({ labels, value: count }) => [labels.get("reason"), count]));
}

/** Looks at nodes that must stay well while others are broken, until it is ended. */
export type Watch = {
  /** What was wrong with them: nothing, if all is well. */
  end(): Promise<readonly string[]>;
  looks(): number;
};

/** @param ageSeconds how old the data of a healthy node may be */
export function watchHealthy(
  exporter: Exporter,
  healthy: readonly string[],
  complete: Page,
  ageSeconds: number,
): Watch {
  const wrong = new Set<string>();
  let looks = 0;
  let isEnded = false;

  async function look(): Promise<void> {
    const page = await exporter.page();
    looks += 1;
    for (const target of healthy) {
      const age = Date.now() / 1000 - value(page, "p2p_node_last_success_timestamp_seconds", { target });
      if (age > ageSeconds) wrong.add(`${target} was not polled for ${age.toFixed(1)} s`);
      if (!isUp(page, target)) wrong.add(`${target} is down`);
      for (const family of lostSince(complete, page, target)) wrong.add(`${target} lacks ${family}`);
      for (const [reason, count] of Object.entries(failuresOf(page, target))) {
        wrong.add(`${target} had ${count} polls that ended in ${reason}`);
      }
    }
  }

  const watching = (async () => {
    while (!isEnded) {
      await look().catch((error: unknown) => void wrong.add(String(error)));
      await sleep(LOOK_MS);
    }
  })();
  return {
    looks: () => looks,
    async end() {
      isEnded = true;
      await watching;
      return [...wrong];
    },
  };
}
