import { createHash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { find } from "../support/exposition-parser.ts";
import { type FakeNode, type Handler, json, startFakeNode } from "../support/fake-node.ts";
import { waitFor } from "../support/servers.ts";

/** The real program with nodes that leave each other. Real monerods are in monero.test.ts. */

/** What a node says, which a test changes while the program runs. */
type Chain = { head: number; name: string; shared: number };

/** The name of the branch of a block: nodes have the blocks up to `shared` in common. */
function branchAt({ name, shared }: Chain, height: number): string {
  return height <= shared ? "main" : name;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** An id as Wire's: it begins with the number. */
function wireId(chain: Chain, height: number): string {
  const number = height.toString(16).padStart(8, "0");
  return (
    number +
    digest(`${branchAt(chain, height)} ${height}`)
      .toString("hex")
      .slice(8)
  );
}

function wireNode(chain: Chain): Handler {
  return ({ url, body }) => {
    if (url === "/v1/net/connections") return json([]);
    if (url === "/v1/chain/get_block_info") {
      const height: number = JSON.parse(body).block_num;
      return json({ block_num: height, id: wireId(chain, height) });
    }
    return json({
      ...{ server_version_string: "v5.0.0", chain_id: "a".repeat(64) },
      ...{ head_block_num: chain.head, head_block_id: wireId(chain, chain.head) },
      head_block_time: new Date().toISOString().slice(0, -1),
      ...{ last_irreversible_block_num: chain.shared, last_irreversible_block_id: wireId(chain, chain.shared) },
    });
  };
}

const CHAINS = ["0", "1"];

function chainwebHash(chain: Chain, name: string, height: number): string {
  return digest(`${branchAt(chain, height)} ${name} ${height}`).toString("base64url");
}

function chainwebNode(chain: Chain): Handler {
  return ({ url }) => {
    if (!url.startsWith("/chainweb/0.0/mainnet01/cut")) return json({ reason: "key not found" }, 404);
    if (url.includes("/peer")) return json({ items: [], limit: 0, next: null });
    const height = chain.head;
    const hashes = Object.fromEntries(
      CHAINS.map((name) => [name, { height, hash: chainwebHash(chain, name, height) }] as const),
    );
    return json({ hashes, height: height * CHAINS.length, weight: "A".repeat(43), instance: "mainnet01", id: "" });
  };
}

async function start(kind: "wire" | "chainweb", chains: readonly Chain[]) {
  const nodes: FakeNode[] = [];
  for (const chain of chains) nodes.push(await startFakeNode(kind === "wire" ? wireNode(chain) : chainwebNode(chain)));
  const entries = nodes.map(({ url }, index) => `  - {name: n${index}, chain: ${kind}, url: "${url}"}\n`);
  const config = `global: {interval: 2s, timeout: 2s}\nnodes:\n${entries.join("")}`;
  const exporter = await startExporter({ config });
  onTestFinished(async () => {
    await exporter.stop();
    await Promise.all(nodes.map((node) => node.close()));
  });
  return exporter;
}

/** The values of a family for each node, as `1 0 0`; `-` where it is absent. */
async function values(exporter: Exporter, family: string, nodes: number): Promise<string> {
  const page = await exporter.page();
  const all = Array.from({ length: nodes }, (_, index) => find(page, family, { target: `n${index}` })[0]?.value ?? "-");
  return all.join(" ");
}

const untilValues = ({ exporter, family, wanted }: { exporter: Exporter; family: string; wanted: string }) =>
  waitFor(async () => (await values(exporter, family, 3)) === wanted, `${family} to be ${wanted}`, {
    timeoutMs: 30_000,
    program: exporter.program,
  });

test.each(["wire", "chainweb"] as const)(
  "%s: a fork of one block is seen while it lasts, and is no deep one",
  async (kind) => {
    const chains = ["main", "main", "own"].map((name): Chain => ({ head: 1000, name, shared: 999 }));
    const exporter = await start(kind, chains);
    await untilValues({ exporter, family: "p2p_node_forked", wanted: "0 0 1" });
    expect(await values(exporter, "p2p_node_fork_depth_blocks", 3)).toBe("0 0 1");
    expect(await values(exporter, "p2p_node_head_lag_blocks", 3)).toMatch(/^0 0 /);
    for (const chain of chains) Object.assign(chain, { head: 1001, shared: 1001 });
    await untilValues({ exporter, family: "p2p_node_forked", wanted: "0 0 0" });
    expect(await values(exporter, "p2p_node_head_lag_blocks", 3)).toBe("0 0 0");
  },
);

test("wire: a node that left the others a while ago is asked for an older block, and has no lag to them", async () => {
  const chains = ["main", "main", "own"].map((name, index): Chain => ({ head: 1000 + index, name, shared: 700 }));
  const exporter = await start("wire", chains);
  await waitFor(
    async () => Number((await values(exporter, "p2p_node_fork_depth_blocks", 3)).split(" ")[2]) > 36,
    "the fork to be deeper than usual",
    { timeoutMs: 30_000, program: exporter.program },
  );
  await untilValues({ exporter, family: "p2p_node_forked", wanted: "0 0 1" });
  expect(await values(exporter, "p2p_node_reorg_depth_blocks", 3)).toBe("36 36 36");
  expect(find(await exporter.page(), "p2p_node_reference_height", { target: "n2", reference: "fleet" })).toEqual([]);
});
