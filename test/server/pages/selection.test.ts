import { describe, expect, test } from "vitest";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { filters, withoutFilters } from "../../../src/server/pages/filters.ts";
import { htmlOf } from "../../../src/server/pages/markup.ts";
import { linkWith, readPageQuery } from "../../../src/server/pages/query.ts";
import { dividingLabels, selected, selectionOf } from "../../../src/server/pages/selection.ts";
import { NOW, nodeConfig, peers, report, stateAfter } from "../../poll/support.ts";
import { assessedAt, down, well } from "./support.ts";

const NODES = [
  well({ name: "alpha", labels: { region: "eu", rack: "r1" } }),
  well({ name: "Bravo", chain: "wire", labels: { region: "us", rack: "r2" } }),
  down({ name: "charlie", labels: { region: "eu", rack: "r3" } }, "unauthorized", { message: "call at x: 401" }),
  assessedAt(stateAfter(report({ peers: peers() }), { node: nodeConfig({ name: "delta", chain: "wire" }) })),
  well({ name: "echo", url: parseNodeUrl("http://203.0.113.9:8888") }),
];

const queryOf = (text: string) => readPageQuery(text, ["q", "state", "chain", "sort"], ["label"]);
const found = (text: string) =>
  selected(NODES, selectionOf(queryOf(text)))
    .map(({ node }) => node.name)
    .join(" ");

test.each([
  ["", "alpha Bravo charlie delta echo"],
  ["q=BRAVO", "Bravo"],
  ["q=wire", "Bravo delta"],
  ["q=eu r3", "charlie"],
  ["q=region=eu", "alpha charlie"],
  ["q=401", "charlie"],
  ["q=unauthorized peers", "charlie"],
  ["q=no peers", "delta"],
  ["q=203.0.113.9", "echo"],
  ["q=nothing here", ""],
  ["q=%20%20", "alpha Bravo charlie delta echo"],
  ["state=down", "charlie"],
  ["state=up", "alpha Bravo echo"],
  ["state=no-peers", "delta"],
  ["state=unhealthy", "charlie delta"],
  ["state=__proto__", ""],
  ["label=region=eu", "alpha charlie"],
  ["label=region=eu&label=rack=r1", "alpha"],
  ["label=region=eu&label=region=us", "Bravo"],
  ["label=region&label=&label==", "alpha Bravo charlie delta echo"],
  ["label=constructor=x", ""],
  ["label=region=eu&state=up&q=a", "alpha"],
])("?%s selects %s", (query, names) => {
  expect(found(query.replaceAll(" ", "+"))).toBe(names);
});

test("a long search is cut, and has few words: each node is compared with each", () => {
  expect(found(`q=${"alpha".padEnd(200, "+")}zzz`)).toBe("alpha");
  expect(found(`q=${"a+".repeat(20)}zzz`)).toBe("alpha Bravo charlie delta");
});

describe("labels that divide the nodes", () => {
  const labelled = (of: (index: number) => Readonly<Record<string, string>>, number = 120) =>
    Array.from({ length: number }, (_, index) => well({ name: `n${index}`, labels: of(index) }).node);
  const names = (...given: Parameters<typeof labelled>) => dividingLabels(labelled(...given)).map(({ label }) => label);

  test("have several values, and fewer than there are nodes; those with few values are first", () => {
    const labels = names((index) => ({
      ...{ host: `h${index}`, team: "one", rack: `r${index % 9}`, region: `e${index % 2}` },
      ...(index % 3 === 0 ? { canary: "yes" } : {}),
    }));
    expect(labels).toEqual(["canary", "region", "rack"]);
  });

  test("are few, with few values each", () => {
    expect(names((index) => ({ zone: `z${index % 51}` }))).toEqual([]);
    expect(names((index) => ({ zone: `z${index % 50}` }))).toEqual(["zone"]);
    const many = (index: number) =>
      Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`l${at}`, `${index % 2}`]));
    expect(names(many)).toHaveLength(5);
  });
});

describe("the head of the table", () => {
  const render = (text: string) => {
    const query = queryOf(text);
    return htmlOf(filters({ nodes: NODES, selection: selectionOf(query), path: "/", query }));
  };

  test("a link shows how many nodes it finds with the other filters", () => {
    const html = render("label=region=eu&sort=head");
    const counts = [
      ...html.matchAll(/<a href="([^"]*)"[^>]*>(?:<b[^>]*>)?([\w ]+?)(?:<\/b>)? <span class="number">(\d+)/g),
    ];
    expect(counts.map(([, , text, number]) => `${text} ${number}`)).toEqual([
      ...["all 2", "down 1", "up 1"],
      ...["all 2", "monero 2", "wire 0"],
    ]);
    expect(counts[1]?.[1]).toBe("/?sort=head&#38;label=region%3Deu&#38;state=down");
    expect(html).toContain('<option value="region=eu" selected>region: eu (2)');
    expect(html).toContain('<a href="/?sort=head">Show all</a>');
  });

  test("the form keeps what it has no field for, and a label that divides nothing can be cleared", () => {
    const html = render("state=up&sort=name&q=a%22%3E%3Cimg%3E&label=none=%3Cb%3E");
    expect(html).toContain(
      '<input type="hidden" name="state" value="up"><input type="hidden" name="sort" value="name">',
    );
    expect(html).toContain('name="q" value="a&#34;&#62;&#60;img&#62;"');
    expect(html).toContain('<option value="none=&#60;b&#62;" selected>none: &#60;b&#62; (0)');
    expect(html).not.toMatch(/<img|<b>/);
  });

  test("a filter is removed, and the order stays", () => {
    const query = queryOf("q=a&state=up&chain=wire&label=region=eu&sort=head");
    expect(withoutFilters("/", query)).toBe("/?sort=head");
    expect(linkWith("/", query, { "label=region": undefined, q: undefined })).toBe("/?state=up&chain=wire&sort=head");
  });
});

test("a node that was polled long ago is not up", () => {
  const late = assessedAt(stateAfter(report({ peers: peers() })), NOW + 3_600_000);
  const foundBy = (text: string) => selected([late], selectionOf(queryOf(text))).length;
  expect([foundBy("state=stale"), foundBy("state=up")]).toEqual([1, 0]);
});
