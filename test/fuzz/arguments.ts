import { parseArgs } from "node:util";
import { ADAPTER_NAMES } from "./adapters.ts";
import type { TaskKind } from "./worker.ts";

export type FuzzArguments = {
  readonly adapters: readonly string[];
  readonly kinds: readonly string[];
  readonly runs: number;
  readonly seed: number;
  readonly workers: number;
  readonly replay: string | undefined;
};

/** Changed answers in memory, the same over sockets, hostile shapes, and texts for the small parsers. */
export const KINDS: readonly TaskKind[] = ["memory", "sockets", "shapes", "parsers"];

export const USAGE = `npm run fuzz -- [options]

  --adapter NAME  only this one: ${ADAPTER_NAMES.join(", ")}, parsers (repeatable; default: all)
  --kind NAME     only these cases: ${KINDS.join(", ")} (repeatable; default: all)
  --runs N        cases of each adapter (default 100000)
  --seed N        plays the same cases again (default: another one each time)
  --workers N     processes that play at the same time (default: the processors)
  --replay FILE   plays one case that was found before
`;

/** Every adapter, and the small parsers. */
export const TARGETS: readonly string[] = [...ADAPTER_NAMES, "parsers"];

/** @throws Error */
export function readArguments(args: readonly string[], processors: number): FuzzArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      adapter: { type: "string", multiple: true },
      kind: { type: "string", multiple: true },
      runs: { type: "string", default: "100000" },
      seed: { type: "string" },
      workers: { type: "string", default: String(processors) },
      replay: { type: "string" },
    },
  });
  return {
    adapters: chosen("--adapter", values.adapter, TARGETS),
    kinds: chosen("--kind", values.kind, KINDS),
    runs: whole("--runs", values.runs, 1),
    seed: values.seed === undefined ? randomSeed() : whole("--seed", values.seed, 0),
    workers: whole("--workers", values.workers, 1),
    replay: values.replay,
  };
}

function chosen(flag: string, names: readonly string[] | undefined, known: readonly string[]): readonly string[] {
  for (const name of names ?? []) {
    if (!known.includes(name)) throw new Error(`${flag}: expected one of ${known.join(", ")}, found ${name}`);
  }
  return names ?? known;
}

function whole(flag: string, text: string, least: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (number < least) throw new Error(`${flag}: expected a whole number from ${least} on, found ${text}`);
  return number;
}

function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000_000);
}
