/** What runs this program: the Node.js of the machine, or the one inside an executable. */

/** The oldest line of Node.js that can load the program. */
const OLDEST_MAJOR = 20;

/** What one installs in place of an old Node.js. */
const REMEDY =
  "install a newer Node.js, or the Debian package or the executable of peer-exporter, which need no Node.js";

/**
 * What to say where Node.js is too old to load the program, as that of Debian 12 is.
 * @param version as in `process.versions`
 */
export function refusalOfOldNode(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return undefined;
  return `peer-exporter: expected Node.js ${OLDEST_MAJOR}.20, 22 or newer, found ${version}: ${REMEDY}\n`;
}

/**
 * Whether the program and Node.js are one file (scripts/packages/executable.mjs): then there is no script that Node.js runs.
 * The module is loaded when it is asked for: an old Node.js, which only gets the sentence above, does not have it.
 */
export function isExecutable(): boolean {
  return process.getBuiltinModule("node:sea").isSea();
}
