import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../tools/repository.ts";
import { blocksOf } from "../documentation/markdown.ts";
import { applied } from "../documentation/patch.ts";
import { examplecoind, resultReply } from "../examples/examplecoin/answers.ts";
import { find, type Page, parseText, value } from "../support/exposition-parser.ts";
import { type FakeNode, startFakeNode } from "../support/fake-node.ts";
import { type RunningProgram, run, startProcess, tempFolder, waitFor } from "../support/servers.ts";
import { pageWhere, untilReady } from "../support/waits.ts";

/**
 * docs/adding-a-chain.md says that a chain is one folder and one line of the table (and its import). This test does just
 * that to a copy of the repository, generates the documents and builds the program there.
 */

const copy = tempFolder();
const program = join(copy, "dist/main.js");
const CONFIG = join(copy, "config.yaml");
const textIn = (path: string) => readFileSync(join(copy, path), "utf8");

let node: FakeNode;
/** The head of the node; its peers are at 2,600,010. */
let height = 2_600_008;

beforeAll(async () => {
  for (const name of ["src", "tools", "scripts", "docs", "grafana", "prometheus", "kubernetes", "charts"]) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  for (const name of ["package.json", "LICENSE", "config.example.yaml", "config.schema.json", "test/fixtures/wire"]) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  addFolder();
  addLines();
  await inCopy("scripts/build.mjs");
  await inCopy("tools/run.mjs", "generate.ts", "docs", "schema", "kubernetes");
  node = await startFakeNode(({ url, body }) => {
    if (url !== "/") return { status: 404 };
    const status = { network: "main", height, header_height: 2_600_010, first_sync: false };
    return examplecoind({ chain_status: resultReply(status) })({ body });
  });
  const entry = { name: "examplecoin-1", chain: "examplecoin", url: node.url, examplecoin: {} };
  writeFileSync(CONFIG, JSON.stringify({ global: { interval: "1s" }, nodes: [entry] }));
}, 120_000);
afterAll(() => node.close());

/** The files of the example, which import the program from where they are. */
function addFolder(): void {
  const folder = join(copy, "src/chains/examplecoin");
  mkdirSync(folder);
  const files = readdirSync(join(ROOT, "test/examples/examplecoin"));
  for (const file of files.filter((name) => !name.endsWith(".test.ts") && name !== "answers.ts")) {
    const text = readFileSync(join(ROOT, "test/examples/examplecoin", file), "utf8");
    writeFileSync(
      join(folder, file),
      text.replaceAll("../../../src/chains/", "../").replaceAll("../../../src/", "../../"),
    );
  }
}

/** The lines of the document. */
function addLines(): void {
  const [registry] = blocksOf("docs/adding-a-chain.md").filter(({ language }) => language === "diff");
  const { file, text } = applied(registry?.text ?? "");
  writeFileSync(join(copy, file), text);
}

async function inCopy(...args: readonly string[]): Promise<string> {
  const { code, stdout, output } = await run(process.execPath, args, { cwd: copy, env: { NO_COLOR: "1" } });
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${output}`);
  return stdout;
}

describe("without a further change", () => {
  test("discover finds a node of the chain", async () => {
    const found = parse(await inCopy(program, "discover", new URL(node.url).host));
    expect(found).toEqual({
      nodes: [{ name: "examplecoin-1", chain: "examplecoin", url: node.url.replace(/\/$/, "") }],
    });
  });

  test("check polls it", async () => {
    expect(await inCopy(program, "check", "--connect", `--config.file=${CONFIG}`)).toMatch(
      /^OK +examplecoin-1 +examplecoin +main, head 2600008, lag 2, 1 peer: 0 in, 1 out/m,
    );
  });

  test("the document of the metrics has its families and its sources", () => {
    const document = textIn("docs/metrics.md");
    expect(document).toContain("\n## Examplecoin\n\n### p2p_examplecoin_headers_height\n");
    expect(document).toContain("| examplecoin | byte_totals bytes_in |");
    expect(document).toContain("| examplecoin | computed |");
  });

  test("the schema of the configuration and the runbook know it", () => {
    expect(textIn("config.schema.json")).toContain('"examplecoin"');
    expect(textIn("docs/runbooks/P2PNodeHeadLagging.md")).toContain("| Examplecoin | 5 |");
  });
});

describe("the exporter", () => {
  let exporter: RunningProgram;
  let url: string;

  beforeAll(async () => {
    const args = [`--config.file=${CONFIG}`, "--web.listen-address=127.0.0.1:0"];
    exporter = await startProcess(process.execPath, [program, ...args]);
    const options = { timeoutMs: 30_000, program: exporter };
    const listens = () => /"listen":\["(https?:[^"]+)"/.exec(exporter.output())?.[1];
    url = await waitFor(listens, "the exporter to listen", options);
    await untilReady({ url, program: exporter });
  }, 60_000);
  afterAll(() => exporter.stop());

  const pageAt = async (path: string) => (await fetch(`${url}${path}`, { headers: { accept: "text/html" } })).text();

  test("shows its metrics", async () => {
    const pages = async () => parseText(await (await fetch(`${url}/metrics`)).text());
    // On a busy machine, the first poll may be too slow for one of the calls.
    const isWell = (now: Page) => find(now, "p2p_node_api_up").every((sample) => sample.value === 1);
    const page = await pageWhere({ page: pages, program: exporter }, isWell, "every call to succeed");
    const target = "examplecoin-1";
    expect(value(page, "p2p_node_up", { target, chain: "examplecoin" })).toBe(1);
    expect(value(page, "p2p_node_peers", { target, direction: "outbound" })).toBe(1);
    expect(value(page, "p2p_node_connections", { target, direction: "inbound", state: "handshaking" })).toBe(1);
    expect(value(page, "p2p_node_head_lag_blocks", { target })).toBe(2);
    // With it, the alerts on the head cover the chain.
    expect(value(page, "p2p_node_block_interval_seconds", { target })).toBe(150);
    expect(value(page, "p2p_node_receive_bytes_total", { target })).toBe(123_456);
    expect(value(page, "p2p_examplecoin_headers_height", { target })).toBe(2_600_010);
  });

  test("shows it on the pages, and marks a lag that is not usual on this chain", async () => {
    expect(await pageAt("/nodes/examplecoin-1")).toContain("examplecoin");
    expect(await pageAt("/")).toMatch(/\/nodes\/examplecoin-1".*<td>2<td>/s);
    height = 2_600_000;
    const isMarked = async () => (await pageAt("/")).includes('<strong class="warning">10</strong>');
    await waitFor(isMarked, "the lag to be marked", { timeoutMs: 20_000, program: exporter });
  });
});
