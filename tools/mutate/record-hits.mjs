import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";

/** Set-up of each test file while the covered blocks are recorded: see `probed`. */

const hits = new Set();
globalThis.mutateHits = hits;

/** Entered while the test file was loaded. Other files share the loaded modules and do not enter these blocks again. */
let onImport = [];

beforeAll(() => {
  onImport = [...hits];
});

afterAll(() => {
  const { testPath } = expect.getState();
  writeFileSync(
    join(process.env.MUTATE_HITS, `${randomUUID()}.json`),
    JSON.stringify({ test: testPath, hits: [...hits], onImport }),
  );
});
