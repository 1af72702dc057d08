import { spawnSync } from "node:child_process";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ADAPTERS, isAdapterName } from "./adapters.ts";
import { readArguments, USAGE } from "./arguments.ts";
import { createPlayer, textOf } from "./campaign.ts";
import { type CorpusRoots, openCorpus } from "./corpus.ts";
import { PARSER_TARGETS } from "./parsers.ts";
import { createProgress } from "./progress.ts";
import { readReplay, writeReplay } from "./replay.ts";
import { jobsOf, PLAIN_MALLOC, replayFile, runJobs, SMALL_HEAP } from "./run.ts";
import { prepareShape } from "./shapes/play-shape.ts";
import type { ShapeCase } from "./shapes/shape-case.ts";
import { openShapeStand } from "./shapes/shapes.ts";
import { summaryOf } from "./summary.ts";
import { serveTasks } from "./worker.ts";

/** Process entry of the fuzzing: see docs/fuzzing.md. */

const roots: CorpusRoots = {
  fixtures: join(process.env.FUZZ_ROOT ?? process.cwd(), "test/fixtures"),
  captures: process.env.CAPTURES_DIR,
};

if (process.argv[2] === "--worker") {
  const perform = serveTasks((message) => process.send?.(message));
  process.on("message", perform);
  // Nobody waits for the result any more.
  process.on("disconnect", () => process.exit());
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments(process.argv.slice(2), availableParallelism());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (options.replay !== undefined) return replay(options.replay);
  const { seed, workers } = options;
  process.stdout.write(`seed ${seed}${roots.captures === undefined ? "" : ", with captures"}\n`);
  const began = performance.now();
  const results = await runJobs({
    jobs: jobsOf(options),
    seed,
    workers,
    roots,
    program: fileURLToPath(import.meta.url),
    progress: createProgress(process.stderr),
  });
  process.stdout.write(summaryOf(results, (performance.now() - began) / 1000));
  let isFailed = false;
  for (const result of results) {
    const { found, target } = result;
    if (found === undefined) continue;
    isFailed = true;
    const path = replayFile(tmpdir(), result);
    writeReplay(path, { target, captures: roots.captures !== undefined, ...found });
    process.stdout.write(
      `\n${target}: ${found.error}\nthe case, after ${found.shrinks} steps of making it small: ${path}\n`,
    );
  }
  return isFailed ? 1 : 0;
}

async function replay(path: string): Promise<number> {
  const { target, scenario, captures } = readReplay(path);
  if (captures !== (roots.captures !== undefined)) {
    process.stderr.write(`found ${captures ? "with" : "without"} captures (CAPTURES_DIR), played the other way\n`);
  }
  try {
    if ("text" in scenario) await playText(target, scenario.text);
    else if ("shape" in scenario) return await replayShape(target, scenario.shape, path);
    else {
      const corpus = openCorpus(roots);
      const adapter = Object.entries(ADAPTERS).find(([name]) => name === target)?.[1];
      if (adapter === undefined) throw new Error(`no adapter is called ${target}`);
      await createPlayer({ adapter: adapter(corpus), corpus })(scenario);
    }
  } catch (error) {
    process.stdout.write(`${textOf(error)}\n`);
    return 1;
  }
  process.stdout.write("the case passes\n");
  return 0;
}

/** In a process with the heap in which it was found. */
async function replayShape(target: string, given: ShapeCase, path: string): Promise<number> {
  if (!SMALL_HEAP.every((flag) => process.execArgv.includes(flag))) {
    const args = [...process.execArgv, ...SMALL_HEAP, fileURLToPath(import.meta.url), "--replay", path];
    const { status, signal } = spawnSync(process.execPath, args, {
      stdio: "inherit",
      env: { ...process.env, ...PLAIN_MALLOC },
    });
    if (signal !== null) process.stdout.write(`the process ended with ${signal}\n`);
    return status ?? 1;
  }
  if (!isAdapterName(target)) throw new Error(`no adapter is called ${target}`);
  const stand = await openShapeStand(target, openCorpus(roots));
  try {
    const { cost, problem } = await stand.judge(prepareShape(stand.stage, given));
    const ended = Object.keys(stand.stage.tally.counts.reasons).join(", ");
    const figures = `${cost.cpu.toFixed(1)} ms of CPU, ${cost.growth.toFixed(0)} MiB, ${cost.answers} answers`;
    process.stdout.write(`${problem ?? "the case passes"}\n${figures}; failures of parts: ${ended || "none"}\n`);
    return problem === undefined ? 0 : 1;
  } finally {
    await stand.close();
  }
}

async function playText(name: string, text: string): Promise<void> {
  const target = PARSER_TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Error(`no parser is called ${name}`);
  await target.check(text);
}
