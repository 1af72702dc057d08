import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { anchorsOf } from "../../tools/documents/anchors.ts";
import { ROOT, textOf } from "../../tools/repository.ts";
import { documents, linksOf } from "./markdown.ts";

/** Links inside of the repository lead somewhere. */

type Problem = { readonly link: string; readonly problem: string };

function problemOf(document: string, link: string): Problem | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? document : normalize(join(dirname(document), path));
  if (!existsSync(join(ROOT, target))) return { link, problem: "no such file" };
  if (anchor === undefined) return undefined;
  if (!target.endsWith(".md") || !statSync(join(ROOT, target)).isFile()) return { link, problem: "no document" };
  return anchorsOf(textOf(target)).has(anchor) ? undefined : { link, problem: "no such heading" };
}

describe("every link leads to a file and a heading that exist", () => {
  test.each(documents)("%s", (document) => {
    const links = linksOf(textOf(document)).filter((link) => !/^(?:https?|mailto):/.test(link));
    expect(links.map((link) => problemOf(document, link)).filter((problem) => problem !== undefined)).toEqual([]);
  });
});

test("every document of docs/ is in its index, docs/README.md", () => {
  const index = textOf("docs/README.md");
  const linked = new Set(linksOf(index).map((link) => normalize(join("docs", link.split("#")[0] ?? ""))));
  const isListed = (document: string) =>
    linked.has(document) ||
    index.includes(`\`${document}\``) ||
    document === "docs/README.md" ||
    /^docs\/runbooks\/(?!README)\w+\.md$/.test(document);
  expect(documents.filter((document) => document.startsWith("docs/") && !isListed(document))).toEqual([]);
});

test("anchors are made as GitHub makes them", () => {
  const markdown =
    "# Wire: 400 for the Host header\n## `dns`\n## A (b), c\n## A b c\n## [a link](x.md), too\n## `dns`\n";
  expect([...anchorsOf(markdown)]).toEqual([
    "wire-400-for-the-host-header",
    "dns",
    "a-b-c",
    "a-b-c-1",
    "a-link-too",
    "dns-1",
  ]);
});
