import { fork } from "node:child_process";
import { join } from "node:path";
import type { FuzzArguments } from "./arguments.ts";
import type { CampaignResult, Found, Slowest } from "./campaign.ts";
import type { CorpusRoots } from "./corpus.ts";
import { PARSER_TARGETS } from "./parsers.ts";
import type { Progress } from "./progress.ts";
import { addCounts, type Counts, emptyCounts } from "./tally.ts";
import type { Task, TaskKind, WorkerMessage } from "./worker.ts";

/** Spreads the cases over processes and adds up what they found. */

export type Job = { readonly kind: TaskKind; readonly target: string; readonly runs: number };

export type JobResult = Job & {
  readonly counts: Counts;
  cases: number;
  seconds: number;
  slowest: Slowest | undefined;
  found: (Found & { readonly seed: number }) | undefined;
};

/** Of the cases of an adapter, so many are played once more over real sockets. */
const SOCKET_SHARE = 0.01;

/** A small parser is asked so often for each hundred cases of an adapter. */
const PARSER_SHARE = 0.2;

/** Small enough that no process waits long for the last one, large enough that its start counts for little. */
const TASK_RUNS = 2500;

export function jobsOf({ adapters, runs }: Pick<FuzzArguments, "adapters" | "runs">): readonly Job[] {
  const chains = adapters.filter((name) => name !== "parsers");
  return [
    ...chains.map((target) => ({ kind: "memory" as const, target, runs })),
    ...chains.map((target) => ({ kind: "sockets" as const, target, runs: Math.ceil(runs * SOCKET_SHARE) })),
    ...(adapters.includes("parsers") ? PARSER_TARGETS : []).map(({ name }) => ({
      kind: "parsers" as const,
      target: name,
      runs: Math.ceil(runs * PARSER_SHARE),
    })),
  ];
}

export type RunOptions = {
  readonly jobs: readonly Job[];
  readonly seed: number;
  readonly workers: number;
  readonly roots: CorpusRoots;
  /** The program whose `--worker` serves tasks. */
  readonly program: string;
  readonly progress: Progress;
};

export async function runJobs({
  jobs,
  seed,
  workers,
  roots,
  program,
  progress,
}: RunOptions): Promise<readonly JobResult[]> {
  const results = jobs.map(
    (job): JobResult => ({ ...job, counts: emptyCounts(), cases: 0, seconds: 0, slowest: undefined, found: undefined }),
  );
  const tasks = results.flatMap((result, index) => tasksOf(result, seed + index * 7919, roots));
  progress.begin(jobs.reduce((sum, { runs }) => sum + runs, 0));
  const queue = tasks.values();
  const work = async () => {
    const worker = startWorker(program);
    try {
      for (const { result, task } of queue) {
        // One counterexample of a job is enough: the next ones would mostly be the same.
        if (result.found !== undefined) continue;
        const began = performance.now();
        const done = await worker.perform(task, progress.step);
        add(result, done, task.seed, (performance.now() - began) / 1000);
      }
    } finally {
      worker.end();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, tasks.length) }, work));
  progress.end();
  return results;
}

function tasksOf(result: JobResult, seed: number, roots: CorpusRoots): readonly { result: JobResult; task: Task }[] {
  const { kind, target, runs } = result;
  const count = Math.ceil(runs / TASK_RUNS);
  return Array.from({ length: count }, (_, index) => ({
    result,
    task: {
      kind,
      target,
      runs: Math.min(TASK_RUNS, runs - index * TASK_RUNS),
      seed: (seed + index * 104_729) % 2_147_483_647,
      roots,
    },
  }));
}

function add(result: JobResult, done: CampaignResult, seed: number, seconds: number): void {
  result.cases += done.cases;
  result.seconds += seconds;
  addCounts(result.counts, done.counts);
  if ((done.slowest?.milliseconds ?? 0) > (result.slowest?.milliseconds ?? 0)) result.slowest = done.slowest;
  if (done.found !== undefined) result.found ??= { ...done.found, seed };
}

function startWorker(program: string) {
  const child = fork(program, ["--worker"], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return {
    perform(task: Task, onStep: (cases: number) => void): Promise<CampaignResult> {
      return new Promise((resolve, reject) => {
        let told = 0;
        const onExit = (code: number | null) => reject(new Error(`a process of the fuzzing ended with ${code}`));
        const onMessage = (message: WorkerMessage) => {
          const cases = message.kind === "done" ? task.runs : message.cases;
          onStep(cases - told);
          told = cases;
          if (message.kind !== "done") return;
          child.off("exit", onExit).off("message", onMessage);
          resolve(message.result);
        };
        child.once("exit", onExit).on("message", onMessage);
        child.send(task);
      });
    },
    end: () => void child.kill(),
  };
}

export function replayFile(folder: string, { target, found }: JobResult): string {
  return join(folder, `fuzz-${target.replaceAll(" ", "-")}-${found?.seed ?? 0}.json`);
}
