import assert from "node:assert/strict";
import { test } from "vitest";
import { runs } from "../support/effort.ts";
import { chainwebModel } from "./chainweb/model.ts";
import { moneroModel } from "./monero/model.ts";
import { type MakeModel, runModel } from "./run.ts";
import { wireModel } from "./wire/model.ts";

/**
 * Thousands of polls of simulated nodes through the real poller, adapters and renderer, with a clock of its own. A model that
 * was written from the notes on the nodes' APIs, not from the code, says what each sample of the page should be.
 */
const STEPS = 100;

/** MODEL_SEED=7 repeats one run. */
const ONLY = process.env.MODEL_SEED;
const FIRST_SEED = 1;

/** Deviations of the program that are being mended: each line goes with its cause. */
const PENDING: readonly RegExp[] = [
  // The progress of the head decides where Monero's own word is missing.
  /p2p_node_syncing: expected absent/,
  // Bans are asked for every five minutes.
  /p2p_monero_bans/,
  // The progress between two polls decides.
  /p2p_node_syncing: expected/,
  // A restart is not recognised, nor that an outbound link opened again.
  /p2p_wire_vanished_peers|p2p_node_peer_(dis)?connects_total/,
  /p2p_connection_.*: expected absent/,
  /p2p_wire_(first|last|unique|block).*: expected absent/,
];

async function check(make: MakeModel, seeds: number): Promise<number> {
  let checks = 0;
  const all = Array.from({ length: seeds }, (_, index) => FIRST_SEED + index);
  for (const seed of ONLY === undefined ? all : [Number(ONLY)]) {
    const result = await runModel(make, seed, STEPS, 1000);
    const problems = result.problems.filter((problem) => !PENDING.some((pattern) => pattern.test(problem)));
    assert.equal(problems.join("\n"), "");
    checks += result.checks;
  }
  return checks;
}

test("Monero", async () => {
  const checks = await check(moneroModel, runs(10));
  if (ONLY === undefined) assert.ok(checks > 10_000, `${checks} checks`);
});

test("Wire and Antelope", async () => {
  const checks = await check(wireModel, runs(10));
  if (ONLY === undefined) assert.ok(checks > 10_000, `${checks} checks`);
});

test("Chainweb", async () => {
  const checks = await check(chainwebModel, runs(10));
  if (ONLY === undefined) assert.ok(checks > 10_000, `${checks} checks`);
});
