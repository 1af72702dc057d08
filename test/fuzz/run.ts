import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FuzzArguments } from "./arguments.ts";
import { type CampaignResult, type Found, type Slowest, textOf } from "./campaign.ts";
import type { CorpusRoots } from "./corpus.ts";
import { PARSER_TARGETS } from "./parsers.ts";
import type { Progress } from "./progress.ts";
import type { ShapeCase } from "./shapes/shape-case.ts";
import { addCounts, type Counts, emptyCounts } from "./tally.ts";
import { CASE_FILE, type Task, type TaskKind, type WorkerMessage } from "./worker.ts";

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

/** Of the cases of an adapter, so many more are answers of hostile shapes. */
const SHAPE_SHARE = 0.2;

/** Small enough that no process waits long for the last one, large enough that its start counts for little. */
const TASK_RUNS = 2500;

export function jobsOf({ adapters, kinds, runs }: Pick<FuzzArguments, "adapters" | "kinds" | "runs">): readonly Job[] {
  const chains = adapters.filter((name) => name !== "parsers");
  const jobs: readonly Job[] = [
    ...chains.map((target) => ({ kind: "memory" as const, target, runs })),
    ...chains.map((target) => ({ kind: "sockets" as const, target, runs: Math.ceil(runs * SOCKET_SHARE) })),
    ...chains.map((target) => ({ kind: "shapes" as const, target, runs: Math.ceil(runs * SHAPE_SHARE) })),
    ...(adapters.includes("parsers") ? PARSER_TARGETS : []).map(({ name }) => ({
      kind: "parsers" as const,
      target: name,
      runs: Math.ceil(runs * PARSER_SHARE),
    })),
  ];
  return jobs.filter(({ kind }) => kinds.includes(kind));
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
    const workers = new Map<boolean, FuzzWorker>();
    try {
      for (const { result, task } of queue) {
        // One counterexample of a job is enough: the next ones would mostly be the same.
        if (result.found !== undefined) continue;
        const isSmall = task.kind === "shapes";
        const worker = workers.get(isSmall) ?? startWorker(program, isSmall);
        workers.set(isSmall, worker);
        const began = performance.now();
        const done = await worker.perform(task, progress.step).catch((error: unknown) => {
          workers.delete(isSmall);
          return ended(error, worker.caseInHand());
        });
        add(result, done, task.seed, (performance.now() - began) / 1000);
      }
    } finally {
      for (const worker of workers.values()) worker.end();
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
      first: index * TASK_RUNS,
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

/** A case that ended its process is a finding, if it is known which one it was. */
function ended(error: unknown, inHand: ShapeCase | undefined): CampaignResult {
  if (inHand === undefined) throw error;
  const found = { scenario: { shape: inHand }, error: textOf(error), shrinks: 0 };
  return { cases: 0, counts: emptyCounts(), slowest: undefined, found };
}

/** The heap of a small container; without it the engine would take more memory than it needs. */
export const SMALL_HEAP = ["--max-old-space-size=128", "--expose-gc"];

/** Without it, glibc keeps some dozen MiB that were freed, in which a case could grow unseen (mallopt(3), M_MMAP_THRESHOLD). */
export const PLAIN_MALLOC = { MALLOC_MMAP_THRESHOLD_: String(1024 * 1024) };

type FuzzWorker = {
  perform(task: Task, onStep: (cases: number) => void): Promise<CampaignResult>;
  /** The case that was played when the process ended, where that is told. */
  caseInHand(): ShapeCase | undefined;
  end(): void;
};

function startWorker(program: string, isSmall: boolean): FuzzWorker {
  const caseFile = join(tmpdir(), `fuzz-case-${process.pid}-${randomUUID()}.json`);
  const child = fork(program, ["--worker"], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [...process.execArgv, ...(isSmall ? SMALL_HEAP : [])],
    env: { ...process.env, ...(isSmall ? PLAIN_MALLOC : {}), [CASE_FILE]: caseFile },
  });
  return {
    perform(task, onStep) {
      return new Promise((resolve, reject) => {
        let reported = 0;
        const onExit = (code: number | null, signal: string | null) =>
          reject(new Error(`a process of the fuzzing ended with ${code ?? signal}`));
        const onMessage = (message: WorkerMessage) => {
          const cases = message.kind === "done" ? task.runs : message.cases;
          onStep(cases - reported);
          reported = cases;
          if (message.kind !== "done") return;
          child.off("exit", onExit).off("message", onMessage);
          resolve(message.result);
        };
        child.once("exit", onExit).on("message", onMessage);
        child.send(task);
      });
    },
    caseInHand() {
      try {
        return JSON.parse(readFileSync(caseFile, "utf8"));
      } catch {
        return undefined;
      }
    },
    end() {
      rmSync(caseFile, { force: true });
      child.kill();
    },
  };
}

export function replayFile(folder: string, { target, found }: JobResult): string {
  return join(folder, `fuzz-${target.replaceAll(" ", "-")}-${found?.seed ?? 0}.json`);
}
