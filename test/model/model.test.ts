import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { IS_LONG, runs } from "../support/effort.ts";
import { bitcoinModel } from "./bitcoin/model.ts";
import { chainwebModel } from "./chainweb/model.ts";
import { moneroModel } from "./monero/model.ts";
import { type MakeModel, runModel } from "./run.ts";
import { wireModel } from "./wire/model.ts";

/**
 * Thousands of polls of simulated nodes through the real poller, adapters and renderer, with a clock of its own. A model that
 * was written from the notes on the nodes' APIs, not from the code, says what each sample of the page should be.
 * `MODEL_SEED=7 npx vitest run --project unit test/model/model.test.ts` repeats one run.
 */
const ONLY = process.env.MODEL_SEED;

/** Each suite makes the same runs each time. `MODEL_FIRST_SEED=N` with the long one makes others. */
const FIRST_SEED = Number(process.env.MODEL_FIRST_SEED ?? 1);
const SEEDS = IS_LONG ? runs(12) : 3;
const STEPS = IS_LONG ? 200 : 45;

/** Of all chains together. */
const LEAST_CHECKS = 100_000;

/** Only a failure takes so long, also on a busy machine. */
const TIMEOUT_MS = 1_200_000;

const MODELS: Readonly<Record<string, MakeModel>> = {
  Monero: moneroModel,
  "Wire and Antelope": wireModel,
  Chainweb: chainwebModel,
  Bitcoin: bitcoinModel,
};

describe("each sample of each page is what the model says:", () => {
  let checks = 0;

  for (const [name, model] of Object.entries(MODELS)) {
    test(name, { timeout: TIMEOUT_MS }, async () => {
      const seeds =
        ONLY === undefined ? Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index) : [Number(ONLY)];
      for (const seed of seeds) {
        const result = await runModel(model, seed, STEPS);
        assert.equal(result.problems.join("\n"), "");
        checks += result.checks;
      }
    });
  }

  test.skipIf(ONLY !== undefined)("in more than 100,000 checks", () => {
    assert.ok(checks >= LEAST_CHECKS, `only ${checks} checks`);
  });
});
