const OLDEST_MAJOR = 20;

/**
 * What to say where Node.js is too old to load the program, as that of Debian 12 is.
 * @param version as in `process.versions`
 */
export function refusalOfOldNode(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return undefined;
  return `peer-exporter: expected Node.js ${OLDEST_MAJOR}.20, 22 or newer, found ${version}: install a newer Node.js, or the Debian package or the executable of peer-exporter, which need none\n`;
}
