import type { Asked, FuzzAdapter } from "./adapter.ts";
import { applyChange, type Change, type Reply, well } from "./changes.ts";
import type { Tree } from "./json-tree.ts";
import type { Step } from "./scenario.ts";

/** What a node answers to each call during one poll. */
export type Script = ReadonlyMap<string, Part>;

type Base = Tree | ((asked: Asked) => Tree);
type Part = { readonly base: Base; readonly changes: readonly Change[]; readonly replies: Map<string, Reply> };

function part(base: Base, changes: readonly Change[] = []): Part {
  return { base, changes, replies: new Map() };
}

/** Changes of earlier polls stay in the answers of the later ones, but not without end. */
const MAX_CHANGES = 12;

/** The well answers; of several to one call, the one of that number. */
export function wellScript({ calls, answers }: FuzzAdapter, choice = 0): Script {
  return new Map(
    calls.map((call) => {
      const known = answers[call] ?? [];
      const base = known[choice % known.length];
      if (base === undefined) throw new Error(`the corpus has no answer to ${call}`);
      return [call, part(base)];
    }),
  );
}

export function nextScript(
  adapter: FuzzAdapter,
  aliens: readonly Tree[],
  before: Script | undefined,
  step: Step,
): Script {
  if (step.from === "same" && before !== undefined) return before;
  const script = new Map(step.from === "last" && before !== undefined ? before : wellScript(adapter, step.choice));
  for (const [number, change] of step.changes) {
    const call = adapter.calls[number % adapter.calls.length] ?? "";
    const known = script.get(call);
    if (known === undefined) continue;
    script.set(call, changedPart(known, change, script, adapter, aliens));
  }
  return script;
}

function changedPart(
  known: Part,
  change: Change,
  script: Script,
  { calls }: FuzzAdapter,
  aliens: readonly Tree[],
): Part {
  if (change.kind === "swap") return script.get(calls[change.with % calls.length] ?? "") ?? known;
  if (change.kind === "alien") {
    const alien = aliens[change.number % Math.max(1, aliens.length)];
    return alien === undefined ? known : part(alien);
  }
  return known.changes.length >= MAX_CHANGES ? known : part(known.base, [...known.changes, change]);
}

/** The reply to a request; without a script for it, that there is nothing. */
export function replyOf(script: Script, call: string | undefined, asked: Asked, nothing: Reply): Reply {
  const known = call === undefined ? undefined : script.get(call);
  if (known === undefined) return nothing;
  const key = typeof known.base === "function" ? asked.path : "";
  const made = known.replies.get(key);
  if (made !== undefined) return made;
  const base = typeof known.base === "function" ? known.base(asked) : known.base;
  const reply = known.changes.reduce(applyChange, well(base));
  known.replies.set(key, reply);
  return reply;
}
