import { setFlagsFromString } from "node:v8";

/** A fleet up to this size lives well with a small young generation. */
const SMALL_FLEET = 50;

/**
 * What polls leave behind may grow by this much between two full collections; by itself the engine allows several times as
 * much. Measured with 1,000 nodes of 100 peers on Node 20: 287 instead of 362 MiB, for a twentieth more CPU time.
 */
const OLD_GENERATION_GROWTH_PERCENT = 60;

/**
 * Where many objects of one place in the code outlived a collection, the engine may make all further ones of that place in
 * the old generation, for good. At the start of a fleet the rows of peer lists look so, and live for milliseconds ever
 * after. Measured as above: without it a quarter of the garbage in the old generation, and a fifth less CPU time.
 */
const NEVER_PRETENURE = "--no-allocation-site-pretenuring";

/**
 * How many times later than by itself the engine optimizes a function. Functions of a small fleet that run a few times a second would become hot one after the
 * other for an hour, and each compilation leaves code, notes for its undoing and holes in the allocator's heaps behind: nothing leaks, and the process grows by
 * 0.4 to 0.8 MiB a minute. Measured with the demo on Node 20, a scrape a second: 93 MiB after 3 and after 8 minutes, instead of 89 and 95. What is busy is
 * optimized all the same, a few seconds later.
 */
const OPTIMIZED_LATER = 22;

/** The flags that V8 has for this: by the bytecode that a function has run up to version 11 (Node 20), by its calls since then. Each with its usual value. */
function optimizeLater(v8Version: string): readonly string[] {
  const thresholds: readonly (readonly [flag: string, usual: number])[] =
    Number.parseInt(v8Version, 10) < 12
      ? [["--interrupt-budget", 67_584]]
      : [
          ["--invocation-count-for-maglev", 400],
          ["--invocation-count-for-turbofan", 3000],
        ];
  return thresholds.map(([flag, usual]) => `${flag}=${usual * OPTIMIZED_LATER}`);
}

/**
 * undici reads HTTP with WebAssembly. Compiling that again with the optimizing compiler takes 40 MiB for a moment, of which the allocator keeps a
 * part for good. The answers of a small fleet are read fast enough without.
 */
const QUICK_WEB_ASSEMBLY = "--liftoff-only";

/**
 * The engine's flags for a fleet of this size.
 *
 * A small one keeps the engine from growing its young generation to three times 16 MiB, as it would under any steady load: the
 * exporter beside one node is to be a small sidecar. Measured with the demo on Node 20: 104 instead of 129 MiB. With many
 * nodes the larger space saves more time than it costs memory.
 * @param v8Version as in process.versions
 */
export function engineFlags(nodeCount: number, v8Version: string): readonly string[] {
  const always = [NEVER_PRETENURE, `--heap-growing-percent=${OLD_GENERATION_GROWTH_PERCENT}`];
  if (nodeCount > SMALL_FLEET) return always;
  return [...always, "--semi-space-growth-factor=1", QUICK_WEB_ASSEMBLY, ...optimizeLater(v8Version)];
}

/** Sets them. To be called before the first request to a node, as undici is compiled then. */
export function keepMemorySmall(nodeCount: number): void {
  for (const flag of engineFlags(nodeCount, process.versions.v8)) setFlagsFromString(flag);
}
