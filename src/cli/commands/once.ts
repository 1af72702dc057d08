/**
 * The commands that answer once and end. They are loaded together: each module that is loaded by itself splits the program
 * into more files, and every file takes a millisecond of the start of all commands (docs/performance.md).
 */
export { check } from "./check.ts";
export { printCompletion } from "./completion.ts";
export { discover } from "./discover.ts";
export { printHash } from "./hash-password.ts";
export { printNodeNames } from "./node-names.ts";
export { peers } from "./peers.ts";
export { probe } from "./probe.ts";
export { printSchema } from "./schema.ts";
