import { readFileSync, writeFileSync } from "node:fs";
import { isObject } from "../../src/lib/json.ts";
import type { Case } from "./campaign.ts";

/** A case in a file, to be played again: `npm run fuzz -- --replay FILE`. */
export type Replay = {
  /** The adapter or parser. */
  readonly target: string;
  readonly seed: number;
  /** With captures there are other answers to begin with, so the same numbers mean another case. */
  readonly captures: boolean;
  readonly error: string;
  readonly scenario: Case;
};

export function writeReplay(path: string, replay: Replay): void {
  writeFileSync(path, `${JSON.stringify(replay, null, 2)}\n`);
}

/** @throws Error */
export function readReplay(path: string): Replay {
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isReplay(value)) throw new Error(`${path} is no replay of the fuzzing`);
  return value;
}

function isReplay(value: unknown): value is Replay {
  if (!isObject(value) || typeof value.target !== "string" || !isObject(value.scenario)) return false;
  const { steps, text, shape } = value.scenario;
  return Array.isArray(steps) || typeof text === "string" || isObject(shape);
}
