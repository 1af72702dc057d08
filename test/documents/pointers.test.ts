import { readdirSync } from "node:fs";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";
import { loadDocuments } from "../../src/documents/documents.ts";
import { documentCommand, documentUrl } from "../../src/documents/pointers.ts";
import { isObject } from "../../src/lib/json.ts";
import { ROOT, textOf } from "../../tools/repository.ts";
import { configSchemaText } from "../../tools/schema/json-schema.ts";

/** Texts of the program name only what an installed program has. */

const names = (await loadDocuments()).all.map(({ name }) => name);

const files = readdirSync(`${ROOT}/src`, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => `src/${file}`);

type Found = { readonly file: string; readonly text: string };

/** Strings and parts of templates, without the paths of imports; and the arguments of calls of a function. */
const texts: readonly Found[] = files.flatMap((file) =>
  textsIn(parseSync(file, textOf(file)).program).map((text) => ({ file, text })),
);

function textsIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(textsIn);
  if (!isObject(node)) return [];
  if (node.type === "Literal" && typeof node.value === "string") return [node.value];
  if (node.type === "TemplateElement" && isObject(node.value)) return [String(node.value.cooked)];
  return Object.entries(node).flatMap(([key, value]) => (key === "source" ? [] : textsIn(value)));
}

const listed = (found: readonly Found[]) => found.map(({ file, text }) => `${file}: ${text.trim()}`);

/** What is in the repository only. A path of a node or of the server begins with a slash. */
const REPOSITORY =
  /github\.com|\.md\b|\b(?:README|CHANGELOG|CONTRIBUTING)\b|config\.(?:example|schema)\.|(?<![\w/-])(?:docs|prometheus|grafana|mixin|charts|kubernetes|compose|systemd|tools|scripts|src|test|bench)\/|npm run|npx /;

describe("pointers to documents", () => {
  test("the search finds what it looks for", () => {
    for (const text of ["see docs/cli.md", "config.example.yaml", "npm run docs", "a (prometheus/rules.yaml)"])
      expect(text).toMatch(REPOSITORY);
    expect("/v1/prometheus/metrics").not.toMatch(REPOSITORY);
    expect(texts.length).toBeGreaterThan(3000);
  });

  test("no text names a file of the repository", () => {
    expect(listed(texts.filter(({ text }) => REPOSITORY.test(text)))).toEqual([]);
  });

  test("no text of the schema does, nor the example of a configuration except its own name", () => {
    expect(configSchemaText().match(/.{0,40}(?:docs\/|\.md\b)/g)).toBeNull();
    expect(textOf("config.example.yaml").match(/.{0,40}(?:docs\/|\.md\b)/g)).toBeNull();
  });

  test("every document that a text or a link names is in the program", () => {
    const pointed = files.flatMap((file) => {
      const code = textOf(file);
      const calls = [
        /documentCommand\("([^"]+)"\)/g,
        /documentUrl\([^,()]+, "([^"]+)"/g,
        /peer-exporter docs ([\w/-]+)/g,
      ];
      return calls.flatMap((call) => [...code.matchAll(call)].map(([, text = ""]) => ({ file, text })));
    });
    expect(pointed.length).toBeGreaterThan(8);
    const others = [textOf("config.example.yaml"), configSchemaText()].flatMap((text) => [
      ...text.matchAll(/peer-exporter docs ([\w/-]+)/g),
    ]);
    expect(others.length).toBeGreaterThan(2);
    const lists = new Set(["lists"]);
    const all = [...pointed, ...others.map(([, text = ""]) => ({ file: "the example", text }))];
    expect(listed(all.filter(({ text }) => !names.includes(text) && !lists.has(text)))).toEqual([]);
  });

  test("every alert that a text names has a runbook", () => {
    const alerts = texts.filter(({ text }) => /^P2P[A-Z]\w+$/.test(text));
    expect(alerts.length).toBeGreaterThan(10);
    expect(listed(alerts.filter(({ text }) => !names.includes(`runbooks/${text}`)))).toEqual([]);
  });
});

test("one form for terminals, one for pages", () => {
  expect(documentCommand("runbooks/P2PNodeDown")).toBe("peer-exporter docs runbooks/P2PNodeDown");
  expect(documentUrl("", "cli")).toBe("/docs/cli");
  expect(documentUrl("/prefix", "troubleshooting", "dns")).toBe("/prefix/docs/troubleshooting#dns");
});
