import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, textOf } from "../../tools/repository.ts";

/** What docs/getting-started says of requests and errors is what the code has. Its commands run in test/e2e. */

function sourcesIn(folder: string): string {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(ROOT, folder, file), "utf8"))
    .join("\n");
}

function sectionOf(page: string, title: string): string {
  return textOf(`docs/getting-started/${page}.md`).split(`${title}\n`)[1]?.split("\n## ")[0] ?? "";
}

/** The requests in the table of a page. */
function requestsOf(page: string): string {
  const rows = sectionOf(page, "## 4. Requests of the exporter").split("\n");
  return rows.flatMap((row) => (row.startsWith("| ") ? [row.split("|")[1] ?? ""] : [])).join("\n");
}

function found(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))].sort();
}

test("monero: every call of the adapter, and no other", () => {
  const code = sourcesIn("src/chains/monero");
  const methods = found(code, /callRpc\(client, "(\w+)"/g);
  const endpoints = found(code, /"(\/(?!json_rpc)[a-z]+_[a-z_]+)"/g);
  expect(methods.length).toBeGreaterThan(4);
  const requests = requestsOf("monero");
  expect(found(requests, /`\/json_rpc` `(\w+)`/g)).toEqual(methods);
  expect(found(requests.replaceAll("`/json_rpc`", ""), /`(\/\w+)`/g)).toEqual(endpoints);
});

test("wire: every call of the adapter, and no other", () => {
  expect(found(requestsOf("wire"), /`(\/v1\/[\w/]+)`/g)).toEqual(
    found(sourcesIn("src/chains/wire"), /"(\/v1\/[\w/]+)"/g),
  );
});

test("chainweb: every call of the adapter, and no other", () => {
  // `chain/${chain}/header` is `chain/N/header` there.
  const code = sourcesIn("src/chains/chainweb").replaceAll(/\$\{\w+\}/g, "N");
  const paths = found(
    code,
    /(?:networkPath\(network, |const name = |apiPath\(client\.url, )["`](\/?(?:cut|chain|info)[\w/]*)["`]/g,
  );
  const shown = found(requestsOf("chainweb"), /`(\/?(?:cut|chain|info)[\w/]*)/g).map((path) =>
    path.replace("/HASH", ""),
  );
  expect(paths.length).toBeGreaterThan(4);
  expect([...new Set(shown)].sort()).toEqual(paths);
});

test("bitcoin: every call of the adapter, and no other", () => {
  const code = sourcesIn("src/chains/bitcoin");
  const methods = found(code, /(?:callRpc\(client, |\bname: )"([a-z]+)"/g);
  expect(methods.length).toBeGreaterThan(8);
  expect(found(requestsOf("bitcoin"), /`(\w+)`/g)).toEqual(methods);
  const [list = ""] = /^rpcwhitelist=monitor:(.*)$/m.exec(textOf("docs/getting-started/bitcoin.md"))?.slice(1) ?? [];
  expect(list.split(",").sort()).toEqual(methods);
});

describe.each(["monero", "wire", "chainweb", "bitcoin"])("the errors of %s", (page) => {
  const code = sourcesIn("src");
  const rows = [...sectionOf(page, "## 5. Common errors").matchAll(/^\| `(\w+)`(?:: ([^|]+?))? \|/gm)];

  test("are those of the program", () => {
    expect(rows.length).toBeGreaterThan(2);
    const unknown = rows.filter(([, reason = "", text = ""]) => {
      // "the RPC: expected …, found …" is written in parts.
      const parts = text.split(", ").map((part) => part.replace(/ \(.*/, ""));
      return !code.includes(`"${reason}"`) || parts.some((part) => !code.includes(part));
    });
    expect(unknown.map(([row]) => row)).toEqual([]);
  });
});
