import IS_EXECUTABLE from "embedded:executable";

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
 * The build knows it. The module of Node.js that does is missing where an old one only gets the sentence above.
 */
export function isExecutable(): boolean {
  return IS_EXECUTABLE;
}
