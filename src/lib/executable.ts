/**
 * Whether the program and Node.js are one file (scripts/packages/executable.mjs): then there is no script that Node.js runs.
 * The module is loaded when it is asked for: it is missing in versions of Node.js in which the program says so itself.
 */
export function isExecutable(): boolean {
  return process.getBuiltinModule("node:sea").isSea();
}
