import { readFileSync } from "node:fs";

/**
 * Reads the list of mutants without a difference that anyone could see. An entry has the file, the source line without its
 * indentation, the mutated text `from` (absent: all mutants of the line), its replacement `to` (absent: all) and the reason. It has
 * no line number, as the next change would move it.
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
        (entry) =>
          entry.file === file && entry.source === source && (entry.from ?? from) === from && (entry.to ?? to) === to,
      );
      for (const entry of found) used.add(entry);
      return found.length > 0;
    },
    /** The entries of these files that no mutant has matched. */
    stale: (isSearched) => entries.filter((entry) => isSearched(entry.file) && !used.has(entry)),
  };
}
