import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { IS_LONG } from "../support/effort.ts";
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

/** The unit suite makes the same runs each time, the long one many new ones. */
const FIRST_SEED = IS_LONG ? Math.floor(Math.random() * 1e9) : 1;
const SEEDS = IS_LONG ? 60 : 3;
const STEPS = IS_LONG ? 400 : 45;

/** The sum over the three chains is above 100,000 in the unit suite. */
const LEAST_CHECKS = 20_000;

/** Only a failure takes so long, also on a busy machine. */
const TIMEOUT_MS = 1_200_000;

const MODELS: Readonly<Record<string, MakeModel>> = {
  Monero: moneroModel,
  "Wire and Antelope": wireModel,
  Chainweb: chainwebModel,
};

describe("each sample of each page is what the model says:", () => {
  for (const [name, model] of Object.entries(MODELS)) {
    test(name, { timeout: TIMEOUT_MS }, async () => {
      const seeds =
        ONLY === undefined ? Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index) : [Number(ONLY)];
      let checks = 0;
      for (const seed of seeds) {
        const result = await runModel(model, seed, STEPS);
        assert.equal(result.problems.join("\n"), "");
        checks += result.checks;
      }
      if (ONLY === undefined) assert.ok(checks >= LEAST_CHECKS, `only ${checks} checks`);
    });
  }
});
