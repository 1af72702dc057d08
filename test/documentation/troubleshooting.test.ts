import { expect, test } from "vitest";
import { FAILURE_REASONS } from "../../src/model/failure.ts";
import { textOf } from "../../tools/repository.ts";

const text = textOf("docs/troubleshooting.md");

test("every reason of the closed set has a section, in its order, and no other has", () => {
  const part = text.split("## Reasons")[1]?.split("\n## ")[0] ?? "";
  expect([...part.matchAll(/^### `(\w+)`$/gm)].map(([, reason]) => reason)).toEqual(FAILURE_REASONS);
});

test("every section says what to check", () => {
  const sections = text.split(/^### /m).slice(1);
  for (const section of sections) {
    const body = section.slice(section.indexOf("\n"));
    expect([section.split("\n")[0], body.trim().length > 200]).toEqual([section.split("\n")[0], true]);
  }
});
