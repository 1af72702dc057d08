import { readFileSync } from "node:fs";

/**
 * Reads the list of mutants that change no behaviour that a test could see: file, the whole source line without its indentation, the
 * mutated text (`from`, and `to` where the text has several mutants), and the reason. Line numbers would not survive the next change.
 *
 * @param {string} path a JSON file
 */
export function readEquivalents(path) {
  const entries = JSON.parse(readFileSync(path, "utf8"));
  const used = new Set();
  return {
    /** @returns {boolean} */
    has(file, { source, from, to }) {
      const found = entries.filter(
        (entry) => entry.file === file && entry.source === source && entry.from === from && (entry.to ?? to) === to,
      );
      for (const entry of found) used.add(entry);
      return found.length > 0;
    },
    /** The entries of these files that no mutant has matched. */
    stale: (isSearched) => entries.filter((entry) => isSearched(entry.file) && !used.has(entry)),
  };
}
