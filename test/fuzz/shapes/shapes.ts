import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { ADAPTERS, type AdapterName } from "../adapters.ts";
import { type CampaignResult, type Slowest, textOf } from "../campaign.ts";
import type { Corpus } from "../corpus.ts";
import { createTally } from "../tally.ts";
import { anyShapeCase, shapesInOrder } from "./any-shape.ts";
import { createCalibration } from "./calibration.ts";
import { createPeakMemory } from "./peak-memory.ts";
import { prepareShape, type ShapeStage } from "./play-shape.ts";
import { startRawServer } from "./raw-server.ts";
import { findSetups } from "./setups.ts";
import type { ShapeCase } from "./shape-case.ts";
import { createCpuClock } from "./thread-cpu.ts";
import { createJudge, type Judge } from "./verdict.ts";

/** Plays cases by their shape: each in turn, of random calls and sizes. */

export type ShapeCampaign = {
  readonly name: AdapterName;
  readonly corpus: Corpus;
  readonly runs: number;
  readonly seed: number;
  /** Which of the shapes comes first. */
  readonly first?: number | undefined;
  readonly onProgress?: ((cases: number) => void) | undefined;
  /** Told of each case before it is played: one may end the process. */
  readonly onCase?: ((given: ShapeCase) => void) | undefined;
};

export type ShapeStand = { readonly stage: ShapeStage; readonly judge: Judge; close(): Promise<void> };

export async function openShapeStand(name: AdapterName, corpus: Corpus): Promise<ShapeStand> {
  const adapter = ADAPTERS[name](corpus);
  const cpu = createCpuClock();
  const server = await startRawServer();
  const setups = await findSetups(adapter);
  const memory = createPeakMemory();
  const stage = { name, adapter, setups, server, cpu, memory, tally: createTally() };
  const settle = async () => {
    // The memory of buffers is given back by another thread, a little later.
    for (const pauseMs of [SWEEP_MS, 0]) {
      // Only with --expose-gc.
      globalThis.gc?.();
      await sleep(pauseMs);
    }
    memory.settle();
  };
  const judge = createJudge({ calibrate: createCalibration(cpu), settle });
  await settle();
  return { stage, judge, close: () => server.close() };
}

const SWEEP_MS = 20;

/** A failing case is made smaller in so many steps at most, as each plays it several times. */
const MAX_SHRINKS = 40;
const PROGRESS_CASES = 20;

export async function runShapes(campaign: ShapeCampaign): Promise<CampaignResult> {
  const { name, corpus, runs, seed, first = 0, onProgress, onCase } = campaign;
  const stand = await openShapeStand(name, corpus);
  const shapes = shapesInOrder(name);
  const { counts } = stand.stage.tally;
  let slowest: Slowest | undefined;
  try {
    for (let run = 0; run < runs; run += 1) {
      const shape = shapes[(first + run) % shapes.length] ?? "";
      let plays = 0;
      const property = fc.asyncProperty(anyShapeCase(name, shape), async (given) => {
        plays += 1;
        if (plays > MAX_SHRINKS) return;
        onCase?.(given);
        const { cost, problem } = await stand.judge(prepareShape(stand.stage, given));
        if (problem !== undefined) throw new Error(problem);
        if (cost.cpu > (slowest?.milliseconds ?? 0)) slowest = { milliseconds: cost.cpu, scenario: { shape: given } };
      });
      const details = await fc.check(property, { numRuns: 1, seed: (seed + run * 31) % 2_147_483_647 });
      const given = details.counterexample?.[0];
      if (given !== undefined) {
        const found = { scenario: { shape: given }, error: textOf(details.errorInstance), shrinks: details.numShrinks };
        return { cases: run + 1, counts, slowest, found };
      }
      if ((run + 1) % PROGRESS_CASES === 0) onProgress?.(run + 1);
    }
    return { cases: runs, counts, slowest, found: undefined };
  } finally {
    await stand.close();
  }
}
