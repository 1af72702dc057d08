import { expect, test } from "vitest";
import { commandsOf, typedIn } from "./shell.ts";

test.each([
  [
    "npm ci && npm run demo   # a comment",
    [
      ["npm", "ci"],
      ["npm", "run", "demo"],
    ],
  ],
  ["curl 'http://h/probe?a=b&c=d#e' | sort", [["curl", "http://h/probe?a=b&c=d#e"], ["sort"]]],
  ["a --b \\\n  c\nd", [["a", "--b", "c"], ["d"]]],
  [
    'x "$(cat y)" > z',
    [
      ["x", "$()"],
      ["cat", "y"],
    ],
  ],
  ["cat > web.yaml <<END\nfoo: $(hash < p)\nEND\nlast", [["cat"], ["last"], ["hash"]]],
  ["a $((b - 1))", [["a", "$()"]]],
  ["A=b C=$(d) e", [["e"], ["d"]]],
])("%s", (script, commands) => {
  const sorted = (list: readonly (readonly string[])[]) => [...list].sort((a, b) => String(a).localeCompare(String(b)));
  expect(sorted(commandsOf(script))).toEqual(sorted(commands));
});

test("a transcript has commands and answers", () => {
  expect(typedIn("$ a b\nanswer\n$ c\n")).toBe("a b\nc");
});
