import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { ResponseLimits } from "../../../src/rpc/budget.ts";
import { run } from "../../support/servers.ts";
import { ADAPTER_NAMES } from "../adapters.ts";
import { openCorpus } from "../corpus.ts";
import { shapesInOrder } from "./any-shape.ts";
import { DELIVERIES } from "./deliveries.ts";
import { CONTAINERS, KEYS, NO_JSON, NUMBERS, STRINGS, TEXTS } from "./json-shapes.ts";
import { prepareShape } from "./play-shape.ts";
import type { Setup } from "./setups.ts";
import type { ShapeCase } from "./shape-case.ts";
import { openShapeStand } from "./shapes.ts";
import { TEXT_SHAPES } from "./text-shapes.ts";
import { MAX_CPU_MS } from "./verdict.ts";

/** The short form of the fuzzing by shape (docs/fuzzing.md). */

const START = fileURLToPath(new URL("../start.mjs", import.meta.url));
const CASES = 45;
/** For a machine that is busy with other tests. */
const LONG_MS = 600_000;

test(
  "no answer of a hostile shape takes more than 50 ms of CPU or 64 MiB",
  async () => {
    const chosen = ["--kind", "shapes", "--runs", String(CASES * 5), "--seed", "11", "--workers", "1"];
    const { code, output } = await run(process.execPath, [START, ...chosen]);
    expect(output).toContain(`${CASES * ADAPTER_NAMES.length} cases in`);
    expect([code, output]).toEqual([0, expect.stringContaining("nothing found")]);
    // Answers that are all refused at the door would show nothing.
    for (const [, share] of output.matchAll(/peers read in (\d+) %/g)) expect(Number(share)).toBeGreaterThan(30);
  },
  LONG_MS,
);

const KINDS = { TEXTS, NUMBERS, KEYS, STRINGS, CONTAINERS, NO_JSON, DELIVERIES, TEXT_SHAPES };

test.each(Object.entries(KINDS))("its cases have shapes of each kind: %s", (_, kind) => {
  const played = new Set(ADAPTER_NAMES.flatMap((name) => shapesInOrder(name).slice(0, CASES)));
  const names = Object.keys(kind);
  expect(names.filter((name) => played.has(name)).length).toBeGreaterThanOrEqual(names.length / 4);
});

test(
  "what no limit bounds is seen",
  async () => {
    const fixtures = fileURLToPath(new URL("../../fixtures", import.meta.url));
    const { stage, close } = await openShapeStand("wire", openCorpus({ fixtures, captures: undefined }));
    try {
      const limits = { bytes: 64 * MIB, strings: 10_000_000 };
      const setups = new Map([...stage.setups].map(([call, known]) => [call, known.map(withLimits(limits))]));
      const cost = await prepareShape({ ...stage, setups }, UNBOUNDED)();
      expect(cost.cpu).toBeGreaterThan(MAX_CPU_MS);
      const bounded = await prepareShape(stage, UNBOUNDED)();
      expect(bounded.cpu).toBeLessThan(cost.cpu);
    } finally {
      await close();
    }
  },
  LONG_MS,
);

const MIB = 1024 * 1024;

/** Millions of strings, which V8 builds for a tenth of a second and more. */
const UNBOUNDED: ShapeCase = {
  ...{ call: "connections", shape: "strings, different", place: "whole", units: 1_500_000, salt: 0, status: 200 },
  ...{ chunk: 0, segment: MIB, polls: 1, paged: false, setup: 0 },
};

function withLimits(limits: ResponseLimits): (setup: Setup) => Setup {
  return ({ variant, script }) => {
    const nodes = variant.config.nodes.map((node) => ({ ...node, limits }));
    return { variant: { config: { ...variant.config, nodes } }, script };
  };
}
