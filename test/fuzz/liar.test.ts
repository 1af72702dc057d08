import fc from "fast-check";
import { expect, test } from "vitest";
import { LIAR, variant } from "./adapter.ts";
import { applyChange, type Change, well } from "./changes.ts";
import { stopClocks } from "./clock.ts";
import { parseTree, type Tree } from "./json-tree.ts";
import { memoryClients } from "./network.ts";
import { anyChange } from "./scenario.ts";
import { createWorld } from "./world.ts";

const HEIGHT = 3_000_000;

function rpc(result: object): Tree {
  return parseTree(JSON.stringify({ id: "0", jsonrpc: "2.0", result: { status: "OK", ...result } }));
}

const INFO = rpc({ height: HEIGHT - 5, nettype: "mainnet", target: 120, synchronized: true, target_height: 0 });

function row(number: number, height: number) {
  const address = `198.51.100.${number}:18080`;
  return { connection_id: `id ${number}`, incoming: false, address, state: "normal", height, live_time: 5 };
}

const LYING = 9;

/** Four peers at one height, and one that may say anything, itself a row of any shape. */
function peersWith(changes: readonly Change[]): Tree {
  const lying = changes.reduce(applyChange, well(parseTree(JSON.stringify(row(LYING, HEIGHT))))).tree;
  const honest = [1, 2, 3, 4].map((number) => parseTree(JSON.stringify(row(number, HEIGHT))));
  const result = rpc({});
  if (result.kind !== "object") throw new Error("no object");
  return {
    ...result,
    entries: result.entries.map(([key, value]) =>
      key === '"result"' && value.kind === "object"
        ? [
            key,
            { ...value, entries: [...value.entries, ['"connections"', { kind: "list", items: [...honest, lying] }]] },
          ]
        : [key, value],
    ),
  };
}

/** Changes of the row itself, which a peer can bring about: one row, of any content, in valid JSON. */
const ofTheRow = anyChange.filter(
  ({ kind }) => kind === "set" || kind === "drop" || kind === "copy" || kind === "add" || kind === "insert",
);

const setup = variant("monero", { url: "http://192.0.2.10:18081" }, { url: "http://192.0.2.11:18081" });

test("one peer that lies about its height or any other value does not change the lag", async () => {
  const clock = stopClocks();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(ofTheRow, { maxLength: 4 }), async (changes) => {
        const peers = peersWith(changes);
        const world = createWorld(
          setup,
          [LIAR],
          memoryClients((_, { body }) => well(body.includes("get_connections") ? peers : INFO)),
        );
        await world.poll(LIAR);
        const { report, lag } = world.state(LIAR);
        await world.close();
        // A text that is no JSON spoils the whole list, which no peer can do.
        fc.pre(report?.peers.ok === true);
        expect([lag.references.get("peers"), lag.blocks]).toEqual([HEIGHT, 5]);
      }),
      { numRuns: 100, seed: 6 },
    );
  } finally {
    clock.restore();
  }
});
