import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { createCronTimes } from "../../src/lib/cron-times.ts";

type Case = readonly [expression: string, from: string, moments: readonly string[]];

const CLOCKS_GO_BACK: readonly Case[] = [
  ["*/5 * * * * *", "2026-10-24T23:59:53Z", ["23:59:55", "00:00:00", "00:00:05", "00:00:10"]],
  ["*/5 * * * * *", "2026-10-25T00:30:00Z", ["00:30:05", "00:30:10", "00:30:15"]],
  ["*/5 * * * * *", "2026-10-25T00:59:53Z", ["00:59:55", "01:00:00", "01:00:05"]],
  ["*/5 * * * * *", "2026-10-25T01:59:53Z", ["01:59:55", "02:00:00", "02:00:05"]],
  ["*/30 * * * *", "2026-10-24T23:10:00Z", ["23:30:00", "00:00:00", "00:30:00", "01:00:00", "01:30:00", "02:00:00"]],
  ["0 * * * *", "2026-10-24T22:30:00Z", ["23:00:00", "00:00:00", "01:00:00", "02:00:00"]],
  ["*/30 2-4 * * *", "2026-10-24T22:30:00Z", ["00:00:00", "00:30:00", "01:00:00", "01:30:00", "02:00:00"]],
  // One moment a day is meant to come once.
  ["30 2 * * *", "2026-10-24T12:00:00Z", ["01:30:00", "01:30:00"]],
];

const CLOCKS_GO_FORWARD: readonly Case[] = [
  ["*/20 * * * *", "2026-03-29T00:30:00Z", ["00:40:00", "01:00:00", "01:20:00", "01:40:00"]],
  ["*/5 * * * * *", "2026-03-29T00:59:53Z", ["00:59:55", "01:00:00", "01:00:05"]],
];

const CASES = [...CLOCKS_GO_BACK, ...CLOCKS_GO_FORWARD];

/** Follows each schedule from one moment to the next, with a clock that stands still. Gives the moments and the ones that were foretold. */
const FOLLOW = `
  import { createCronTimes } from "./src/lib/cron-times.ts";
  const RealDate = Date;
  let now = 0;
  globalThis.Date = class extends RealDate {
    constructor(...given) { given.length === 0 ? super(now) : super(...given); }
    static now() { return now; }
  };
  const follow = ([expression, from, moments]) => {
    const turns = createCronTimes(expression);
    now = RealDate.parse(from);
    return moments.map(() => {
      const [first, second] = turns.next();
      now = first;
      return [first, second].map((ms) => new RealDate(ms).toISOString().slice(11, 19));
    });
  };
  process.stdout.write(JSON.stringify(JSON.parse(process.argv[1]).map(follow)));
`;

/** In a process of its own: node-cron keeps the zone of its first use. */
function followAll(zone: string): readonly (readonly (readonly [string, string])[])[] {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const [program] = buildSync({
    stdin: { contents: FOLLOW, resolveDir: root },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(process.cwd() + "/");',
    },
  }).outputFiles;
  const args = ["--input-type=module", "-e", program?.text ?? "", JSON.stringify(CASES)];
  return JSON.parse(execFileSync(process.execPath, args, { env: { ...process.env, TZ: zone }, encoding: "utf8" }));
}

test("in the nights when clocks are put back and forward, a schedule goes on at its pace", () => {
  const followed = followAll("Europe/Berlin");
  expect(followed.map((moments) => moments.map(([first]) => first))).toEqual(CASES.map(([, , moments]) => moments));
  // What was foretold as the next but one came true.
  for (const moments of followed) {
    expect(moments.slice(0, -1).map(([, second]) => second)).toEqual(moments.slice(1).map(([first]) => first));
  }
});

describe("times within a range", () => {
  const turns = () => createCronTimes("*/20 * * * * *");
  const at = (time: string) => Date.parse(`2026-06-01T12:00:${time}Z`);

  test("excludes the start and includes the end", () => {
    expect(turns().hasWithin(at("01.5"), at("19.9"))).toBe(false);
    expect(turns().hasWithin(at("01.5"), at("20.0"))).toBe(true);
    expect(turns().hasWithin(at("20.0"), at("39.9"))).toBe(false);
    expect(turns().hasWithin(at("19.9"), at("21.0"))).toBe(true);
  });

  test("is looked for in the last minute only", () => {
    expect(createCronTimes("0 0 1 1 *").hasWithin(0, at("01.5"))).toBe(false);
  });

  test("days count as well", () => {
    expect(createCronTimes("*/20 * * 2 * *").hasWithin(at("01.5"), at("59.0"))).toBe(false);
  });
});
