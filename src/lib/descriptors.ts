import { readdirSync, readFileSync } from "node:fs";

/** File descriptors of this process, as Linux reports them. */
export type Descriptors = {
  /** How many it may have open. */
  readonly limit: number;
  readonly inUse: number;
};

/** @returns undefined where the system does not report them (no /proc) or sets no limit */
export function readDescriptors(folder = "/proc/self"): Descriptors | undefined {
  try {
    const [, soft] = /^Max open files +(\d{1,15}) /m.exec(readFileSync(`${folder}/limits`, "utf8")) ?? [];
    if (soft === undefined) return undefined;
    return { limit: Number(soft), inUse: readdirSync(`${folder}/fd`).length };
  } catch {
    return undefined;
  }
}
