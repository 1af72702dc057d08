import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";
import { expect, test } from "vitest";
import { embedded } from "../../scripts/embedded.mjs";
import { ROOT } from "../../tools/repository.ts";
import { blocksOf } from "../documentation/markdown.ts";
import { applied } from "../documentation/patch.ts";
import { litecoind } from "../examples/litecoin/answers.ts";
import { parseText, value } from "../support/exposition-parser.ts";
import { startFakeNode } from "../support/fake-node.ts";
import { startProcess, tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

/** What docs/adding-a-chain.md tells people to do makes the program poll the example's chain. */

const [registry] = blocksOf("docs/adding-a-chain.md").filter(({ language }) => language === "diff");

/** The registry with the two lines of the document, the adapter being that of the example. */
function registered(diff: string): Plugin {
  const { file, text } = applied(diff);
  const path = join(ROOT, file);
  return {
    name: "registered",
    setup(bundler) {
      bundler.onLoad({ filter: /chains\/index\.ts$/ }, (args) =>
        args.path === path ? { contents: text, loader: "ts", resolveDir: dirname(path) } : undefined,
      );
      bundler.onResolve({ filter: /^\.\/litecoin\/index\.ts$/ }, () => ({
        path: join(ROOT, "test/examples/litecoin/index.ts"),
      }));
    },
  };
}

test("two lines in the registry make the program poll litecoind", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/main.ts"],
    outfile: join(folder, "main.js"),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.20",
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    plugins: [registered(registry?.text ?? ""), embedded()],
    logLevel: "warning",
  });
  const answer = litecoind();
  const node = await startFakeNode(({ body }) => answer({ body }));
  const program = await startProcess(process.execPath, [
    join(folder, "main.js"),
    `--node=litecoin-1=litecoin+${node.url}`,
    "--web.listen-address=127.0.0.1:0",
  ]);
  try {
    const url = await waitFor(
      () => /"listen":\["(https?:[^"]+)"/.exec(program.output())?.[1],
      "the exporter to listen",
      { timeoutMs: 30_000, program },
    );
    await untilReady({ url, program });
    const page = parseText(await (await fetch(`${url}/metrics`)).text());
    const target = "litecoin-1";
    expect(value(page, "p2p_node_up", { target, chain: "litecoin" })).toBe(1);
    expect(value(page, "p2p_node_peers", { target, direction: "outbound" })).toBe(1);
    expect(value(page, "p2p_node_connections", { target, direction: "inbound", state: "handshaking" })).toBe(1);
    expect(value(page, "p2p_node_head_lag_blocks", { target })).toBe(2);
    expect(value(page, "p2p_node_receive_bytes_total", { target })).toBe(123_456);
    expect(value(page, "p2p_litecoin_headers_height", { target })).toBe(2_600_010);
  } finally {
    await program.stop();
    await node.close();
  }
});
