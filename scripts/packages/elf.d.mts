/** See elf.mjs. */
export function neededVersions(file: Buffer): ReadonlyMap<string, readonly string[]>;
