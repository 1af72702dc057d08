import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { createTestRunner } from "./test-runner.mjs";

const COVER_TIMEOUT_MS = 600_000;

/**
 * Runs the unit tests once without a mutant and records which of them enter which block of the source.
 *
 * @param {string} root
 * @param {readonly string[]} folders absolute folders of source files
 * @param {readonly string[]} filters parts of the paths of the tests; none: all
 * @returns tests that fail without a mutant, and the tests that may notice a mutant
 */
export async function recordCoverage(root, folders, filters) {
  const records = mkdtempSync(join(tmpdir(), "mutate-"));
  const runner = createTestRunner({ env: { MUTATE_HITS: records } });
  try {
    const { tests, timedOut } = await runner.request({ type: "cover", folders, filters }, COVER_TIMEOUT_MS);
    if (timedOut) throw new Error("the unit tests without a mutant did not end");
    const recorded = readRecords(records);
    const hits = new Map(recorded.map(({ test, hits }) => [test, new Set(hits)]));
    const onImport = new Set(recorded.flatMap(({ onImport }) => onImport));
    const passed = tests.filter((test) => test.passed);
    return {
      failing: tests.filter((test) => !test.passed).map(({ file }) => relative(root, file)),
      /** Absolute paths of test files that can notice the mutant, the most likely and then the quickest first. */
      testsFor(file, { block }) {
        const key = `${file}:${block}`;
        // Code of the top level, and what it calls, runs when a module is loaded: for the first test file that needs it.
        const isLoaded = block === -1 || onImport.has(key);
        const found = passed.filter(
          (test) => hits.get(test.file)?.has(key) || (isLoaded && test.imports.includes(file)),
        );
        const rank = (test) => distance(relative(join(root, "src"), file), relative(join(root, "test"), test.file));
        const sorted = found.toSorted((a, b) => rank(a) - rank(b) || a.duration - b.duration);
        return { files: sorted.map((test) => test.file), durationMs: sum(sorted.map((test) => test.duration)) };
      },
    };
  } finally {
    runner.close();
    rmSync(records, { recursive: true });
  }
}

function readRecords(folder) {
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}

/** 0 for the test of the file's name, 1 for one of its folder, 2 for one of the same folder of src/, 3 for others. */
function distance(source, test) {
  if (dirname(source) === dirname(test)) return basename(test) === `${basename(source, ".ts")}.test.ts` ? 0 : 1;
  return source.split("/")[0] === test.split("/")[0] ? 2 : 3;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
