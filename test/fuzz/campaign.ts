import fc from "fast-check";
import type { FuzzAdapter } from "./adapter.ts";
import { stopClocks } from "./clock.ts";
import type { Corpus } from "./corpus.ts";
import type { Clients } from "./network.ts";
import { runScenario } from "./run-scenario.ts";
import { anyScenario, type Scenario } from "./scenario.ts";
import type { ShapeCase } from "./shapes/shape-case.ts";
import { type Counts, createTally, type Tally } from "./tally.ts";

export type Campaign = {
  readonly adapter: FuzzAdapter;
  readonly corpus: Corpus;
  readonly runs: number;
  readonly seed: number;
  /** Told now and then how many cases are done. */
  readonly onProgress?: ((cases: number) => void) | undefined;
  readonly clients?: Clients | undefined;
};

/** What was played: a scenario, a text for a parser, or an answer of a shape. */
export type Case = Scenario | { readonly text: string } | { readonly shape: ShapeCase };

export type Found = {
  /** The smallest case that fails. */
  readonly scenario: Case;
  readonly error: string;
  readonly shrinks: number;
};

export type CampaignResult = {
  readonly cases: number;
  readonly counts: Counts;
  readonly slowest: Slowest | undefined;
  readonly found: Found | undefined;
};

export type Slowest = { readonly milliseconds: number; readonly scenario: Case };

/** No answer within the limits of the client may hold up the others for longer. */
const MAX_CASE_MS = 2000;

const PROGRESS_CASES = 100;

/** Plays that many cases of an adapter, and makes the first that fails as small as it can. */
export async function runCampaign(campaign: Campaign): Promise<CampaignResult> {
  const { runs, seed, onProgress } = campaign;
  const tally = createTally();
  let cases = 0;
  let slowest: Slowest | undefined;
  const play = createPlayer({ ...campaign, tally });
  const property = fc.asyncProperty(anyScenario, async (scenario) => {
    const milliseconds = await play(scenario);
    cases += 1;
    if (milliseconds > (slowest?.milliseconds ?? 0)) slowest = { milliseconds, scenario };
    if (cases % PROGRESS_CASES === 0) onProgress?.(cases);
  });
  const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: false });
  const scenario = details.counterexample?.[0];
  const found =
    details.failed && scenario !== undefined
      ? { scenario, error: textOf(details.errorInstance), shrinks: details.numShrinks }
      : undefined;
  return { cases, counts: tally.counts, slowest, found };
}

/** Plays one case; gives the milliseconds of the processor that it took. */
export type Player = (scenario: Scenario) => Promise<number>;

type Stand = Pick<Campaign, "adapter" | "corpus" | "clients"> & { readonly tally?: Tally };

export function createPlayer({ adapter, corpus, clients, tally = createTally() }: Stand): Player {
  const aliens = corpus.files(/(?:errors|restricted|other|login)\/|put_peer|config\./);
  return async (scenario) => {
    const clock = stopClocks();
    const stray: unknown[] = [];
    const onStray = (reason: unknown) => void stray.push(reason);
    process.on("unhandledRejection", onStray);
    const began = process.cpuUsage();
    try {
      await runScenario({ adapter, aliens, clock, tally, clients }, scenario);
      // Of the processor, as on a busy machine every case takes long now and then.
      const { user, system } = process.cpuUsage(began);
      const milliseconds = (user + system) / 1000;
      // Nothing here waits for the system, so nothing else would let a stray rejection come to light.
      await new Promise((resolve) => setImmediate(resolve));
      if (stray.length > 0) throw new Error(`a rejection that nobody handled: ${textOf(stray[0])}`);
      if (milliseconds > MAX_CASE_MS) throw new Error(`the case took ${Math.round(milliseconds)} ms of the processor`);
      return milliseconds;
    } finally {
      process.off("unhandledRejection", onStray);
      clock.restore();
    }
  };
}

export function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
