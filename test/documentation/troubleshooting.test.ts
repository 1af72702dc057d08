import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FAILURE_REASONS, type FailureReason } from "../../src/model/failure.ts";
import { NODE_FAULTS } from "../reliability/catalogue.ts";
import { anchorsOf, ROOT } from "./markdown.ts";
import { between } from "./sections.ts";

const file = join(ROOT, "docs/troubleshooting.md");
const text = () => readFileSync(file, "utf8");

/** Links to the faults of docs/reliability.md that the tests bring about and that have this reason. */
function casesOf(wanted: FailureReason): string {
  const faults = Object.values(NODE_FAULTS).filter(({ reason }) => reason === wanted);
  if (faults.length === 0)
    return "Case: [a bug](reliability.md#a-bug-an-unexpected-error-in-a-poll-or-in-rendering).\n";
  const links = faults.map(({ fault }) => `  [${fault}](reliability.md#${[...anchorsOf(`# ${fault}\n`)][0]})`);
  return `Cases:\n${links.join(",\n")}.\n`;
}

test("every reason has its cases (npm run docs)", () => {
  const wanted = FAILURE_REASONS.reduce(
    (document, reason) => between(document, `cases of ${reason}`, casesOf(reason)),
    text(),
  );
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, wanted);
  expect(text()).toBe(wanted);
});

test("every reason of the closed set has a section, in its order, and no other has", () => {
  const part = text().split("## Reasons")[1]?.split("\n## ")[0] ?? "";
  expect([...part.matchAll(/^### `(\w+)`$/gm)].map(([, reason]) => reason)).toEqual(FAILURE_REASONS);
});

test("every section says what to check", () => {
  const sections = text().split(/^### /m).slice(1);
  for (const section of sections) {
    const body = section.slice(section.indexOf("\n"));
    expect([section.split("\n")[0], body.trim().length > 200]).toEqual([section.split("\n")[0], true]);
  }
});
