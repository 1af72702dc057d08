import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/** Data flows one way: config, scheduler, poller, chain adapter, rpc client; and report, history, exposition, server. */

const src = fileURLToPath(new URL("../src/", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

/** What a file imports from src/, as paths below it; types too. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)].map(([, target = ""]) =>
    relative(src, join(src, dirname(file), target)),
  );
}

const ADAPTERS = /^chains\/(?:index\.ts|wire\/|monero\/|chainweb\/)/;

describe.each<[string, RegExp, RegExp]>([
  ["chain adapters know nothing of metrics, polls and the server", /^chains\//, /^(?:metrics|poll|server|demo)\//],
  ["one chain knows nothing of another", /^chains\/wire\//, /^chains\/(?:monero|chainweb)\//],
  ["one chain knows nothing of another", /^chains\/monero\//, /^chains\/(?:wire|chainweb)\//],
  ["one chain knows nothing of another", /^chains\/chainweb\//, /^chains\/(?:wire|monero)\//],
  ["the RPC layer knows nothing of chains", /^rpc\//, /^(?:chains|metrics|poll|server|demo)\//],
  ["metrics know the model of chains and no adapter", /^metrics\//, ADAPTERS],
  ["metrics do not poll or serve", /^metrics\//, /^(?:server|demo|rpc)\/|^poll\/(?:poller|scheduler|session)\.ts$/],
  ["the server reads what was polled", /^server\//, /^(?:rpc|chains|demo)\/|^poll\/(?!store\.ts$|journal\.ts$)/],
  ["polls know nothing of pages", /^poll\//, /^(?:metrics|server|demo)\//],
  ["nothing but the entry knows the demo", /^(?!demo\/|commands\/demo\.ts)/, /^demo\//],
])("%s (%s)", (_, from, forbidden) => {
  test.each(files.filter((file) => from.test(file)))("%s", (file) => {
    expect(importsOf(file).filter((target) => forbidden.test(target))).toEqual([]);
  });
});

test("no source file has more than 300 lines", () => {
  const long = files.filter((file) => readFileSync(join(src, file), "utf8").split("\n").length > 301);
  expect(long).toEqual([]);
});
