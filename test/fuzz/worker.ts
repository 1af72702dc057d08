import { writeFileSync } from "node:fs";
import type { FuzzAdapter } from "./adapter.ts";
import { ADAPTERS, isAdapterName } from "./adapters.ts";
import { type CampaignResult, runCampaign } from "./campaign.ts";
import { type Corpus, type CorpusRoots, openCorpus } from "./corpus.ts";
import { PARSER_TARGETS, runParsers } from "./parsers.ts";
import type { ShapeCase } from "./shapes/shape-case.ts";
import { runShapes } from "./shapes/shapes.ts";
import { runSockets } from "./sockets.ts";

/** A process that plays cases for run.ts, one task after the other. */

export type TaskKind = "memory" | "sockets" | "shapes" | "parsers";

export type Task = {
  readonly kind: TaskKind;
  readonly target: string;
  readonly runs: number;
  readonly seed: number;
  readonly roots: CorpusRoots;
  /** How many cases of the same job come before. */
  readonly first: number;
};

export type WorkerMessage =
  | { readonly kind: "progress"; readonly cases: number }
  | { readonly kind: "done"; readonly result: CampaignResult };

export function serveTasks(send: (message: WorkerMessage) => void): (task: Task) => void {
  return (task) =>
    void perform(task, (cases) => send({ kind: "progress", cases })).then(
      (result) => send({ kind: "done", result }),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
        process.exit(1);
      },
    );
}

async function perform(task: Task, onProgress: (cases: number) => void): Promise<CampaignResult> {
  const { kind, target, runs, seed } = task;
  if (kind === "parsers")
    return runParsers(
      PARSER_TARGETS.find(({ name }) => name === target),
      { runs, seed, onProgress },
    );
  if (kind === "shapes") {
    if (!isAdapterName(target)) throw new Error(`no adapter is called ${target}`);
    const onCase = (given: ShapeCase) => noteCase(JSON.stringify(given));
    return runShapes({
      name: target,
      corpus: openCorpus(task.roots),
      runs,
      seed,
      first: task.first,
      onProgress,
      onCase,
    });
  }
  const campaign = { ...standFor(target, task.roots), runs, seed, onProgress };
  return kind === "sockets" ? runSockets(campaign) : runCampaign(campaign);
}

/** A case that ends the process is told by a file, as no message gets out any more. */
function noteCase(text: string): void {
  const path = process.env[CASE_FILE];
  if (path !== undefined) writeFileSync(path, text);
}

/** The variable of the environment that names the file. */
export const CASE_FILE = "FUZZ_CASE_FILE";

type Stand = { readonly adapter: FuzzAdapter; readonly corpus: Corpus };

/** A process plays many tasks of the same adapter. */
const stands = new Map<string, Stand>();

function standFor(target: string, roots: CorpusRoots): Stand {
  const known = stands.get(target);
  if (known !== undefined) return known;
  if (!isAdapterName(target)) throw new Error(`no adapter is called ${target}`);
  const corpus = openCorpus(roots);
  const made = { adapter: ADAPTERS[target](corpus), corpus };
  stands.set(target, made);
  return made;
}
