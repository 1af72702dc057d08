import type { FuzzAdapter } from "./adapter.ts";
import { ADAPTERS, type AdapterName } from "./adapters.ts";
import { type CampaignResult, runCampaign } from "./campaign.ts";
import { type Corpus, type CorpusRoots, openCorpus } from "./corpus.ts";
import { PARSER_TARGETS, runParsers } from "./parsers.ts";
import { runSockets } from "./sockets.ts";

/** A process that plays cases for run.ts, one task after the other. */

export type TaskKind = "memory" | "sockets" | "parsers";

export type Task = {
  readonly kind: TaskKind;
  readonly target: string;
  readonly runs: number;
  readonly seed: number;
  readonly roots: CorpusRoots;
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
  const campaign = { ...standFor(target, task.roots), runs, seed, onProgress };
  return kind === "sockets" ? runSockets(campaign) : runCampaign(campaign);
}

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

function isAdapterName(name: string): name is AdapterName {
  return Object.hasOwn(ADAPTERS, name);
}
