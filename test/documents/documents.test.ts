import { describe, expect, test } from "vitest";
import { documentHint, findDocument, loadDocuments } from "../../src/documents/documents.ts";
import { textOf } from "../../tools/repository.ts";
import { linksOf } from "../documentation/markdown.ts";

const documents = await loadDocuments();
const names = documents.all.map(({ name }) => name);

describe("the documents of the program", () => {
  test("are those of the index, without its section for developers, and every runbook", () => {
    const [forUsers = "", forDevelopers = ""] = textOf("docs/README.md").split("## Development");
    for (const name of ["configuration", "security", "getting-started/monero", "runbooks"])
      expect(names).toContain(name);
    for (const link of linksOf(forDevelopers)) expect(names).not.toContain(link.replace(/\.md$/, ""));
    expect(forUsers).toContain("(security.md)");
    expect(names.filter((name) => name.startsWith("runbooks/")).length).toBeGreaterThan(30);
    expect(new Set(names).size).toBe(names.length);
  });

  test("have a title and a summary", () => {
    for (const { name, title, summary, section } of documents.all)
      expect([name, title !== "" && summary.length > 5 && section !== ""]).toEqual([name, true]);
  });

  test("fit a terminal of 80 columns, except for code, long words and tables of code", () => {
    for (const name of names) {
      const wide = documents
        .text(name)
        .split("\n")
        .filter((line) => line.length > 80 && !line.startsWith("    ") && /\S\s\S/.test(line.slice(4, 80)));
      // Blocks of code in lists are indented less.
      expect([name, wide.filter((line) => !line.startsWith("  "))]).toEqual([name, []]);
    }
  });

  test("have no marks of what is not there", () => {
    for (const name of names) {
      // Code shows files of users, and may show HTML.
      const prose = documents.text(name).replaceAll(/^ {2,}.*$|`[^`]*`/gm, "");
      expect([name, prose.match(/!\[|\]\(|<img|<!--|<a /g)]).toEqual([name, null]);
      expect([name, documents.html(name).match(/<img|<!--|<script|<style|style="|\son\w+="/g)]).toEqual([name, null]);
    }
  });

  test("have ids and links of HTML that fit together", () => {
    const idsOf = (name: string) => [...documents.html(name).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const broken = names.flatMap((name) => {
      const ids = idsOf(name);
      const links = [...documents.html(name).matchAll(/ href="([^"]+)"/g)].map(([, url = ""]) => url);
      const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
      return [...twice, ...links.filter((url) => !isGood(new URL(url, `http://h/docs/${name}`), idsOf))].map(
        (what) => `${name}: ${what}`,
      );
    });
    expect(broken).toEqual([]);
  });

  function isGood({ host, pathname, hash }: URL, idsOf: (name: string) => readonly (string | undefined)[]): boolean {
    if (host !== "h") return true;
    if (["/docs", "/dashboards", "/rules"].includes(pathname)) return hash === "";
    const name = pathname.slice("/docs/".length);
    return names.includes(name) && (hash === "" || idsOf(name).includes(decodeURIComponent(hash.slice(1))));
  }
});

describe("a document by the name that a user gives", () => {
  test.each([
    ["alerting", "alerting"],
    ["Alerting", "alerting"],
    ["docs/alerting.md", "alerting"],
    ["./docs/alerting.md#load-the-rules", "alerting"],
    ["runbooks/P2PNodeDown", "runbooks/P2PNodeDown"],
    ["P2PNodeDown", "runbooks/P2PNodeDown"],
    ["p2pnodedown.md", "runbooks/P2PNodeDown"],
    ["docs/runbooks/README.md", "runbooks"],
    ["monero", "getting-started/monero"],
    ["nothing", undefined],
    ["", undefined],
    ["../alerting", undefined],
    ["constructor", undefined],
    ["a".repeat(1_000_000), undefined],
  ])("%.40s", (wanted, name) => {
    expect(findDocument(wanted, names)).toBe(name);
  });

  test.each([
    ["alertng", '; did you mean "alerting"?'],
    ["P2PNodeDwn", '; did you mean "runbooks/P2PNodeDown"?'],
    ["runbooks/P2PNodDown", '; did you mean "runbooks/P2PNodeDown"?'],
    ["quite another thing", ""],
    ["a".repeat(1_000_000), ""],
  ])("%.40s is not one", (wanted, hint) => {
    expect(documentHint(wanted, names)).toBe(hint);
  });
});

test("names that JavaScript objects have are no documents", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    expect([documents.get(name), documents.text(name), documents.html(name)]).toEqual([undefined, "", ""]);
  }
});
