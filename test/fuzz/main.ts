import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ADAPTERS } from "./adapters.ts";
import { readArguments, USAGE } from "./arguments.ts";
import { createPlayer, textOf } from "./campaign.ts";
import { type CorpusRoots, openCorpus } from "./corpus.ts";
import { PARSER_TARGETS } from "./parsers.ts";
import { createProgress } from "./progress.ts";
import { readReplay, writeReplay } from "./replay.ts";
import { jobsOf, replayFile, runJobs } from "./run.ts";
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

async function playText(name: string, text: string): Promise<void> {
  const target = PARSER_TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Error(`no parser is called ${name}`);
  await target.check(text);
}
