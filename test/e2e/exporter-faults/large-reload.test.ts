import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { faultOf } from "../../../tools/faults/exporter-faults.ts";
import { type FaultyExporter, startFaultyExporter } from "../../support/faulty-exporter.ts";
import { freePort, waitFor } from "../../support/servers.ts";
import { exitsWith } from "./support.ts";

const NODES = 5000;

/** The promise. */
const MAX_BLOCK_MS = 50;

/** On a slow or busy machine everything takes longer, also the parsing of the file at a stretch: a second, where it is neither. */
const SHARE_OF_PARSING = 1 / 12;

/** Caches that others fill make CPU time longer, too: the smallest of several counts. */
const TRIES = 3;

test(faultOf("largeReload").fault, async () => {
  // Nobody listens there, and no node has a second poll.
  const port = await freePort();
  const nodes = (interval: string, count = NODES) =>
    Array.from({ length: count }, (_, index) => ({
      name: `node-${index}`,
      chain: "monero",
      url: `http://127.0.0.1:${port}/${index}`,
      interval,
      labels: { place: `place-${index % 50}` },
    }));
  const exporter = await startFaultyExporter({
    nodes: nodes("12h"),
    preload: "longest-block.mjs",
  });
  const { program } = exporter;
  await longestBlock(exporter);

  const load = async (next: readonly object[], summary: string) => {
    const before = program.output().length;
    writeFileSync(exporter.configFile, JSON.stringify({ nodes: next }));
    exporter.signal("SIGHUP");
    const isLoaded = () => program.output().includes(`configuration reloaded: ${summary}`, before);
    await waitFor(isLoaded, summary, { timeoutMs: 120_000, program });
    return longestBlock(exporter);
  };
  const neverBlocks = async (reload: (attempt: number) => Promise<Block>) => {
    const tries: Block[] = [];
    const isShort = ({ longest, parse }: Block) => longest <= Math.max(MAX_BLOCK_MS, parse * SHARE_OF_PARSING);
    while (tries.length < TRIES && !tries.some(isShort)) tries.push(await reload(tries.length));
    expect(tries).toContainEqual(expect.toSatisfy(isShort));
  };
  await neverBlocks(() => load(nodes("12h"), "nodes: 0 added, 0 changed, 0 removed, 5000 unchanged"));
  await neverBlocks((attempt) =>
    load(nodes(`${13 + attempt}h`), "nodes: 0 added, 5000 changed, 0 removed, 0 unchanged"),
  );
  await load(nodes("20h"), "nodes: 0 added, 5000 changed, 0 removed, 0 unchanged");
  await neverBlocks(async (attempt) => {
    if (attempt > 0) await load(nodes("20h"), "nodes: 2500 added, 0 changed, 0 removed, 2500 unchanged");
    return load(nodes("20h", NODES / 2), "nodes: 0 added, 0 changed, 2500 removed, 2500 unchanged");
  });

  // In the middle of one.
  writeFileSync(exporter.configFile, JSON.stringify({ nodes: nodes("9h") }));
  exporter.signal("SIGHUP");
  exporter.signal("SIGTERM");
  await exitsWith(program, 0, 5000);
});

/** Since it was last asked for. */
async function longestBlock({ program, signal }: FaultyExporter): Promise<Block> {
  const before = blocks(program.output()).length;
  signal("SIGUSR2");
  return waitFor(() => blocks(program.output())[before], "the longest block", { timeoutMs: 30_000, program });
}

type Block = { readonly longest: number; readonly parse: number };

function blocks(output: string): readonly Block[] {
  return [...output.matchAll(/"longest_block_ms":([\d.]+),"parse_ms":([\d.]+)\}/g)].map(([, longest, parse]) => ({
    longest: Number(longest),
    parse: Number(parse),
  }));
}
