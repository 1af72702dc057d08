import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { toYaml } from "../../src/lib/to-yaml.ts";
import { runs } from "../support/effort.ts";

test("looks like a hand-written file", () => {
  const value = {
    series: true,
    labels: {},
    list: [],
    left_out: undefined,
    nodes: [
      { name: "a", url: "http://127.0.0.1:8888", interval: "1m30s", auth: { basic: { password: "<secret>" } } },
      { allow: ["10.0.0.0/8", "x"], schedule: "*/5 * * * *", yes: "no", number: 5 },
    ],
  };
  expect(toYaml(value)).toBe(`\
series: true
labels: {}
list: []
nodes:
  - name: a
    url: http://127.0.0.1:8888
    interval: 1m30s
    auth:
      basic:
        password: <secret>
  - allow:
      - "10.0.0.0/8"
      - x
    schedule: "*/5 * * * *"
    "yes": "no"
    number: 5
`);
});

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.stringMatching(/^[\w./@:<> #&*!|%'"{}[\],?-]{0,8}$/),
  fc.constantFrom(
    "yes",
    "NO",
    "null",
    "~",
    "1e3",
    "0x1F",
    ".inf",
    "NaN",
    "<<",
    "-",
    "a:",
    "a: b",
    "a #b",
    "1:30",
    "2026-01-01",
    "=",
    "---",
    "...",
    "",
  ),
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.boolean(),
    fc.integer(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(text, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

test.each(["1.1", "1.2"] as const)("is read back as it was, by readers of YAML %s", (version) => {
  const document = fc.dictionary(
    text.filter((key) => key !== "__proto__"),
    anything,
    { minKeys: 1, noNullPrototype: true },
  );
  fc.assert(
    fc.property(document, (value) => {
      fc.pre(!JSON.stringify(value).includes("__proto__"));
      expect(parse(toYaml(value), { version })).toEqual(value);
    }),
    { numRuns: runs(500) },
  );
});
