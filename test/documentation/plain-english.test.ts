import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../tools/repository.ts";
import { documents } from "./markdown.ts";
import { filesAt, findingsIn, phrasesIn, readableText } from "./words.mjs";

/** Text for users and contributors has none of the phrases in words.mjs, whose failures say what to write instead. */

const FILES = [".ci/run", "config.example.yaml", "compose.yaml", "Dockerfile"];
const FOLDERS = [
  "src",
  "tools",
  "prometheus",
  "compose",
  "systemd",
  "kubernetes",
  "charts/peer-exporter",
  "grafana",
  "bench",
  "scripts",
];

const findings = (path: string) => findingsIn(join(ROOT, path)).map((finding) => finding.replace(ROOT, ""));

describe("documents", () => {
  test.each(documents)("%s", (document) => {
    expect(findings(document)).toEqual([]);
  });
});

describe("configurations, rules and generators", () => {
  test.each([...FILES, ...FOLDERS])("%s", (path) => {
    expect(filesAt(join(ROOT, path)).flatMap(findingsIn)).toEqual([]);
  });
});

describe("what counts as text", () => {
  const phrases = (path: string, text: string) => phrasesIn(readableText(path, text)).map(({ phrase }) => phrase);

  test("comments, strings and templates of code, but neither names nor paths", () => {
    const code = `import { anew } from "./told.ts";
/** Nobody reads
 * this at
 * once. */
const whoever = anew("lest", \`mend \${told} mends\`); // for
// ever
`;
    expect(phrases("a.ts", code)).toEqual(["Nobody", "at once", "lest", "mend", "mends", "for ever"]);
  });

  test("documents without code, which quotes programs, and without addresses", () => {
    const markdown = "It is told [at\nonce](whoever.md).\n\n```text\nanew\n```\n\n`nobody` is **no**body\n";
    expect(phrases("a.md", markdown)).toEqual(["told", "at once"]);
  });

  test("whole words only", () => {
    expect(phrases("a.yaml", "tolder besides lest-known amendment")).toEqual([]);
  });
});
