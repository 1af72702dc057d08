import { type Clock, startClock } from "./clock.ts";
import { compare, type Deviation, type Expectations } from "./expectations.ts";
import { type Exporter, startExporter } from "./exporter.ts";
import type { Server } from "./http.ts";
import { readPage, type Sample } from "./page.ts";
import { createRandom, type Random } from "./random.ts";

/** A simulated network of one chain with the nodes that the exporter polls, and what its page should say of them. */
export type Model = {
  /** The configuration as plain data. */
  readonly config: object;
  /** By scheme, host and port. */
  readonly servers: ReadonlyMap<string, Server>;
  /** The nodes in the order in which they are polled. */
  readonly targets: readonly string[];
  /** What happens to a node until its next poll. */
  live(target: string): void;
  /** What the node is and what happens to it, for reports. */
  describe(target: string): string;
  /** @returns what the page should say when no poll replaced the data in time */
  expectStale(target: string): Expectations;
  /** @returns what the page should say after a poll */
  expect(target: string, poll: PollTimes): Expectations;
};

export type PollTimes = { readonly startedMs: number; readonly endedMs: number };

export type MakeModel = (random: Random, clock: Clock) => Model;

export type RunResult = { readonly polls: number; readonly checks: number; readonly problems: readonly string[] };

/** A Friday in winter. */
const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const INTERVAL_MS = 15_000;
/** Data is fresh for two scheduled polls and a timeout of 10 s. */
const FRESH_MS = 2 * INTERVAL_MS + 11_000;
/** More would only repeat the first ones. */
const MAX_PROBLEMS = 12;

/** Polls all nodes `steps` times, and compares the page with the model after each poll. */
export async function runModel(
  make: MakeModel,
  seed: number,
  steps: number,
  maxProblems = MAX_PROBLEMS,
): Promise<RunResult> {
  const random = createRandom(seed);
  const clock = startClock(START + random.int(0, 999));
  try {
    const model = make(random, clock);
    const exporter = await startExporter(model.config, model.servers, clock);
    try {
      return await runSteps(model, exporter, { random, clock }, { seed, steps, maxProblems });
    } finally {
      await exporter.close();
    }
  } finally {
    clock.stop();
  }
}

async function runSteps(
  model: Model,
  exporter: Exporter,
  { random, clock }: { readonly random: Random; readonly clock: Clock },
  { seed, steps, maxProblems }: { readonly seed: number; readonly steps: number; readonly maxProblems: number },
): Promise<RunResult> {
  let polls = 0;
  let checks = 0;
  const problems: string[] = [];
  const look = (step: number, target: string, expected: Expectations) => {
    const samples = readPage(exporter.page(), target);
    const result = compare(expected, samples);
    checks += result.checks;
    const place = { seed, step, target: `${target} (${model.describe(target)})` };
    const [failing, explained] = [failingApis(samples), explainedApis(samples)];
    if (failing !== explained) {
      problems.push(describe(place, { series: "p2p_node_failure_info", expected: failing, found: explained }));
    }
    for (const deviation of result.deviations) problems.push(describe(place, deviation));
  };
  for (let step = 1; step <= steps && problems.length < maxProblems; step += 1) {
    if (step > 1 && random.chance(0.03)) {
      // The machine was suspended, or the process was stopped: both clocks go on then.
      const pauseMs = random.int(FRESH_MS, 3 * FRESH_MS);
      if (random.chance(0.5)) clock.suspend(pauseMs);
      else clock.advance(pauseMs);
      for (const target of model.targets) look(step, target, model.expectStale(target));
    }
    const roundMs = clock.nowMs();
    for (const [index, target] of model.targets.entries()) {
      clock.advance(Math.max(0, roundMs + (index * INTERVAL_MS) / model.targets.length - clock.nowMs()));
      model.live(target);
      const startedMs = clock.nowMs();
      await exporter.poll(target);
      polls += 1;
      look(step, target, model.expect(target, { startedMs, endedMs: clock.nowMs() }));
    }
    clock.advance(Math.max(0, roundMs + INTERVAL_MS - clock.nowMs()));
  }
  return { polls, checks, problems: problems.slice(0, maxProblems) };
}

/** The APIs that failed, and those that have exactly one reason for it. */
function failingApis(samples: readonly Sample[]): string {
  const failing = samples.filter(({ name, value }) => name === "p2p_node_api_up" && value === 0);
  return apisOf(failing);
}

function explainedApis(samples: readonly Sample[]): string {
  return apisOf(samples.filter(({ name, value }) => name === "p2p_node_failure_info" && value === 1));
}

function apisOf(samples: readonly Sample[]): string {
  return samples
    .map(({ series }) => /api="(\w+)"/.exec(series)?.[1])
    .sort()
    .join(" ");
}

type Place = { readonly seed: number; readonly step: number; readonly target: string };

function describe({ seed, step, target }: Place, { series, expected, found }: Deviation): string {
  return `seed ${seed}, step ${step}, ${target}: ${series}: expected ${expected}, found ${found}`;
}
