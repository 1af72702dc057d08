import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../src/config/load.ts";
import { redactedAgain, safeError } from "../src/lib/safe-error.ts";
import { readYamlFile } from "../src/schema/yaml-file.ts";
import { createBatches } from "../src/schema/yaml-messages.ts";
import { recursionsIn, recursiveNames } from "./support/recursions.ts";
import { tempFolder } from "./support/servers.ts";

/**
 * The stack has an end, and texts of others may be nested without one. Every function of the program that calls itself is found in
 * its source; what bounds it stands here, and those that meet texts of others are given the deepest ones.
 */

/** How deep each can get. */
const BOUNDS: Readonly<Record<string, string>> = {
  "config/load.ts: fileKeys": "the keys of files stand six levels deep at most",
  ...Object.fromEntries(
    ["decodeField", "decodeList", "decodeMapping", "decodeNode", "mergeInto"].map((name) => [
      `schema/go-yaml/decode.ts: ${name}`,
      "four levels of the type, and a hundred merges",
    ]),
  ),
  "schema/yaml-messages.ts: countValues": "a document as toPlain of yaml-plain.ts gives it",
  "schema/yaml-plain.ts: contentOf": "49 levels, aliases and merges followed",
  "schema/yaml-plain.ts: entry": "as contentOf",
  "schema/yaml-plain.ts: list": "as contentOf",
  "schema/yaml-plain.ts: mapping": "as contentOf",
  "schema/yaml-plain.ts: plain": "as contentOf",
  "schema/yaml-plain.ts: sourcesOf": "as contentOf",
  "rpc/transport.ts: dial": "once, as the connector's own function of that name dials",
  "chains/wire/plugin-rows.ts: advance": "once, as what it is called with again is not ahead",
  "lib/safe-error.ts: describe": "three causes",
  "lib/safe-error.ts: redactedAgain": "what describe made",
  "config/print.ts: printValue": "checked options of a chain, whose schemas are the program's own",
  "lib/to-yaml.ts: block": "what print.ts made",
  "demo/monero/rpc-method.ts: epeeJson": "the demo's own answers",
  "metrics/number-bytes.ts: writeWhole": "a whole number of 16 digits, nine at a time",
  // A callback of a timer, a promise or an event begins on an empty stack, and these call each other in no other way.
  ...Object.fromEntries(
    [
      ...[
        "demo/clock.ts: schedule",
        "demo/clock.ts: reopen",
        "cli/process-end.ts: stop",
        "lib/brief-cache.ts: dropLater",
        "lib/systemd/notifier.ts: sendLater",
      ],
      ...["becomeSlow", "end", "start", "startWaiting", "waitForHang"].map(
        (name) => `lib/files/file-reader.ts: ${name}`,
      ),
      ...["poll/scheduler.ts: next", "poll/scheduler.ts: onTimer", "poll/scheduler.ts: wait"],
      ...["rpc/connection-slots.ts: abandon", "rpc/connection-slots.ts: leave"],
      ...["abandon", "fail", "settle"].map((name) => `rpc/dial/socket.ts: ${name}`),
      ...["abandon", "fail", "settle", "start", "startNext"].map((name) => `rpc/dial/happy-eyeballs.ts: ${name}`),
      ...["abandon", "closed", "fail", "look", "settle"].map((name) => `rpc/dial/read-start.ts: ${name}`),
      ...["abandon", "end"].map((name) => `rpc/dial/trial.ts: ${name}`),
      ...["end", "look", "refuse", "settle"].map((name) => `rpc/dispatch.ts: ${name}`),
      ...["onContinue", "onDeadly", "onStop", "release", "stop"].map(
        (name) => `lib/text/screen/process-events.ts: ${name}`,
      ),
      ...["lib/files/watch.ts: look", "lib/files/watch.ts: wait"],
      ...["lib/worker-thread.ts: onExit", "lib/worker-thread.ts: onMessage"],
    ].map((name) => [name, "callbacks"]),
  ),
  "demo/random.ts: createRandom": "a fork of the generator, when one is asked for",
};

test("every recursion in the source has a bound that is known", () => {
  expect(recursionsIn(fileURLToPath(new URL("../src/", import.meta.url)))).toEqual(Object.keys(BOUNDS).sort());
});

test.each([
  ["itself", "function f(x) { return x.map((y) => f(y)); }", ["f"]],
  ["itself as a callback", "const f = (x) => { return x.map(f); };", ["f"]],
  [
    "each other",
    "function a(x) {\n return b(x);\n}\nexport function b(x) {\n return a(x);\n}\nfunction c() {\n a();\n}",
    ["a", "b"],
  ],
  ["itself as a generator", "export function* f(x) {\n for (const y of x) yield* f(y);\n}", ["f"]],
  ["nobody again", "function f(x) { return g(x); } function g(x) { return x.f(1); }", []],
])("the search sees what calls %s", (_, code, names) => {
  expect(recursiveNames(code)).toEqual(names);
});

describe("the deepest input overflows no stack:", () => {
  /** Many times what the stack holds. */
  const DEEP = 30_000;
  const file = join(tempFolder(), "deep.yaml");
  const nested = (depth: number) => `a: ${"[".repeat(depth)}${"]".repeat(depth)}\n`;

  test.each<[string, string]>([
    ["lists", nested(DEEP)],
    ["mappings", `${"{a: ".repeat(DEEP)}`],
    ["lists in lines", `${"- ".repeat(DEEP)}x\n`],
    [
      "aliases",
      ["a0: &a0 [x]", ...Array.from({ length: 1000 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}]`)].join("\n"),
    ],
  ])("a configuration of nested %s", async (_, text) => {
    writeFileSync(file, text);
    const read = await readYamlFile(file, text.length, {});
    expect("broken" in read && read.broken[0]).toContain("nested too deeply");
  });

  test("the deepest document that is read", async () => {
    writeFileSync(file, nested(48));
    const read = await readYamlFile(file, 1000, {});
    if ("broken" in read) throw new Error(read.broken.join());
    const { frame, batches } = createBatches(read.raw);
    expect([frame, batches.next().done]).toEqual([{ a: [] }, false]);
    await expect(loadConfig({ file, env: {} })).rejects.toThrow("unknown key");
  });

  test("an error with an endless chain of causes", () => {
    let error = new Error("first");
    for (let depth = 0; depth < DEEP; depth += 1) error = new Error("next", { cause: error });
    const safe = redactedAgain(
      safeError(error, (text) => text),
      (text) => text,
    );
    let causes = 0;
    for (let next = safe.cause; next !== undefined; next = next.cause) causes += 1;
    expect(causes).toBe(3);
  });
});
