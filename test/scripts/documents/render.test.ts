import { describe, expect, test } from "vitest";
import { documentHtml } from "../../../scripts/documents/html.mjs";
import { targetOf } from "../../../scripts/documents/links.mjs";
import { documentText } from "../../../scripts/documents/text.mjs";

const NAMES = new Set(["alerting", "security", "runbooks", "runbooks/P2PNodeDown"]);

const text = (markdown: string, file = "docs/cli.md") => documentText({ file, markdown }, NAMES).trimEnd();
const html = (markdown: string, file = "docs/cli.md") => documentHtml({ file, markdown }, NAMES).trimEnd();

describe("where links lead", () => {
  test.each([
    ["docs/cli.md", "alerting.md", { kind: "document", name: "alerting", url: "../docs/alerting" }],
    ["docs/cli.md", "alerting.md#a-b", { kind: "document", name: "alerting", url: "../docs/alerting#a-b" }],
    ["docs/cli.md", "runbooks/README.md", { kind: "document", name: "runbooks", url: "../docs/runbooks" }],
    ["docs/runbooks/A.md", "../alerting.md", { kind: "document", name: "alerting", url: "../../docs/alerting" }],
    ["docs/runbooks/README.md", "P2PNodeDown.md", { kind: "document", url: "../docs/runbooks/P2PNodeDown" }],
    ["docs/cli.md", "README.md", { kind: "index", url: "../docs" }],
    ["docs/cli.md", "#part", { kind: "anchor", url: "#part" }],
    ["docs/cli.md", "https://example.org/a.md", { kind: "external", url: "https://example.org/a.md" }],
    ["docs/cli.md", "../prometheus/alerts.yaml", { kind: "program", url: "../rules", command: "rules alerts" }],
    ["docs/cli.md", "../grafana/dashboards/", { kind: "program", url: "../dashboards", command: "dashboards" }],
    ["docs/cli.md", "../grafana/import", { kind: "program", url: "../dashboards", command: "dashboards --import" }],
    ["docs/cli.md", "../config.schema.json", { kind: "program", url: undefined, command: "schema" }],
    ["docs/cli.md", "architecture.md", { kind: "nowhere" }],
    ["docs/cli.md", "../src/main.ts", { kind: "nowhere" }],
    ["docs/cli.md", "../../../etc/passwd", { kind: "nowhere" }],
  ])("%s: %s", (file, href, target) => {
    expect(targetOf(file, href, NAMES)).toMatchObject(target);
  });
});

describe("text", () => {
  test.each([
    ["# A `title`\n\ntext", "A `title`\n=========\n\ntext"],
    ["## Part\n### Less", "Part\n----\n\n### Less"],
    ["**bold** and *thin* `code`", "bold and thin `code`"],
    ["![a picture](images/a.png)\n\n<!-- note -->\ntext", "text"],
    ["see [alerts](alerting.md)", "see alerts (docs alerting)"],
    ["[docs/security.md](security.md) has more", "`docs security` has more"],
    [
      "so ([more](security.md)), or ([docs/alerting.md](alerting.md))",
      "so (more: docs security), or (`docs alerting`)",
    ],
    [
      "[one](alerting.md), [two](alerting.md#b)\n\n[three](alerting.md)",
      "one (docs alerting), two\n\nthree (docs alerting)",
    ],
    ["[P2PNodeDown](runbooks/P2PNodeDown.md) fires", "P2PNodeDown (docs P2PNodeDown) fires"],
    ["it fires ([P2PNodeDown](runbooks/P2PNodeDown.md))", "it fires (docs P2PNodeDown)"],
    ["[the rules](../prometheus/rules.yaml), [code](../src)", "the rules (peer-exporter rules recording), code"],
    ["[a page](https://example.org/), <https://example.org/>", "a page (https://example.org/), https://example.org/"],
    ["- one\n- two\n  1. three", "- one\n- two\n  1. three"],
    ["```sh\ncurl a\n\ncurl b\n```", "    curl a\n\n    curl b"],
    ["| a | b |\n|---|---|\n| 1 | `x` |", "a  b\n-  ---\n1  `x`"],
    ["| | |\n|---|---|\n| 1 | 2 |", "1  2"],
    ["`a < b` &amp; c", "`a < b` & c"],
  ])("%j", (markdown, expected) => {
    expect(text(markdown)).toBe(expected);
  });

  test("a table that is too wide has a block of lines for each row", () => {
    const long = "word ".repeat(20).trim();
    const table = `| key | type | meaning |\n|---|---|---|\n| one | text | ${long} |\n| two | | short |`;
    expect(text(table).split("\n")).toEqual([
      ...["one", "    type: text", `    meaning: ${"word ".repeat(13).trim()}`],
      ...[`    ${"word ".repeat(7).trim()}`, "", "two", "    meaning: short"],
    ]);
  });
});

describe("HTML", () => {
  test.each([
    ["text <script>alert(1)</script>", "<p>text alert(1)</p>"],
    ["<img src=x onerror=alert(1)>", ""],
    ["![a](a.png)", ""],
    ["`a < b`", "<p><code>a &lt; b</code></p>"],
    ["[docs/security.md](security.md)", '<p><a href="../docs/security">security</a></p>'],
    ["[schema](../config.schema.json)", "<p>schema (<code>peer-exporter schema</code>)</p>"],
    ["[code](../src/main.ts)", "<p>code</p>"],
  ])("%j", (markdown, expected) => {
    expect(html(markdown)).toBe(expected);
  });

  test("headings have anchors, and many of them a list", () => {
    const page = html(`# Title\n${["A b", "`c`", "d", "A b"].map((name) => `\n## ${name}\n`).join("")}`);
    expect([...page.matchAll(/<h2 id="(.*?)"/g)].map(([, id]) => id)).toEqual(["a-b", "c", "d", "a-b-1"]);
    expect(page).toMatch(/^<h1>Title<\/h1>\n<details class="sections"><summary>Sections<\/summary>/);
    expect(html("# Title\n\n## Only one\n")).not.toContain("<details");
  });

  test("cells of a table know the title of their column, for narrow windows", () => {
    const page = html("| a | b |\n|---|---|\n| 1 | 2 |\n| | 3 |");
    expect(page).toContain('<tr><th scope="row">1</th><td data-title="b">2</td></tr>');
    expect(page).toContain('<tr><td></td><td data-title="b">3</td></tr>');
    expect(html("| | |\n|---|---|\n| 1 | 2 |")).not.toMatch(/<thead|data-title/);
  });
});
