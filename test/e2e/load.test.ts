import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as z from "zod";
import { run, tempFolder } from "../support/servers.ts";

const BENCH = fileURLToPath(new URL("../../bench/load.mjs", import.meta.url));

const measured = z.object({
  failures: z.array(z.string()),
  invalid: z.array(z.string()),
  durations: z.array(z.number()),
  slowDurations: z.array(z.number()),
  hungUp: z.number(),
  moods: z.number(),
  ends: z.number(),
  opened: z.number(),
  guesses: z.number(),
  answers: z.number(),
  pages: z.number(),
  exitCode: z.number(),
  memory: z.object({ peak: z.number() }),
});

/** The long form is `npm run bench:load`. */
test("20 scrapers of every kind get complete and valid pages while nodes go up and down and other clients misbehave", async () => {
  const file = join(tempFolder(), "load.json");
  const size = ["--scrapers=20", "--nodes=20", "--seconds=4", "--pause=500", "--hostile=44", "--guessers=4"];
  const { code, output } = await run(process.execPath, [BENCH, ...size, `--json=${file}`]);
  expect([code, output]).toEqual([0, expect.stringContaining("0 failed scrapes, 0 invalid pages")]);
  const found = measured.parse(JSON.parse(readFileSync(file, "utf8")));
  expect(found).toMatchObject({ failures: [], invalid: [], ends: 0, exitCode: 0 });
  expect(found.durations.length).toBeGreaterThan(20);
  expect(found.slowDurations.length).toBeGreaterThan(0);
  expect(found.hungUp).toBeGreaterThan(0);
  expect(found.pages).toBeGreaterThan(10);
  expect(found.moods).toBeGreaterThan(10);
  expect(found.opened).toBeGreaterThan(44);
  expect(found.answers).toBeGreaterThan(1);
  expect(found.memory.peak).toBeLessThan(250);
});
