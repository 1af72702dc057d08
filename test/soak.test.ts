import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createPoller } from "../src/poll/poller.ts";
import { createRecentPolls } from "../src/poll/recent-polls.ts";
import { createStore } from "../src/poll/store.ts";
import { createRenderer } from "./metrics/support.ts";
import { LAG_SETTINGS, logSink, nodeConfig, peers, report, row } from "./poll/support.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const NODES = 10;
const PEERS = 20;
const ROUNDS = 1000;
const MEBIBYTE = 1024 * 1024;

/**
 * What stays when garbage is gone. V8 frees the memory behind dead buffers in a thread of its own after a collection, so one
 * reading right behind it says too much on a busy machine: the reading counts that no further one undercuts.
 */
async function leastMemory() {
  let least = { heapUsed: Number.POSITIVE_INFINITY, arrayBuffers: Number.POSITIVE_INFINITY };
  for (let unchanged = 0; unchanged < 10; unchanged += 1) {
    collectGarbage();
    await setTimeout(10);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    if (arrayBuffers < least.arrayBuffers) unchanged = 0;
    least = {
      heapUsed: Math.min(heapUsed, least.heapUsed),
      arrayBuffers: Math.min(arrayBuffers, least.arrayBuffers),
    };
  }
  return least;
}

/** The long form, with sockets and 20,000 polls, is `npm run bench:soak`. */
test("peers that come and go leave no memory behind", async () => {
  let createdAt = 0;
  const peer = () => {
    createdAt += 1;
    const address = { host: `p${createdAt}.example`, port: 9876, type: "unknown" } as const;
    return row({
      id: `c${createdAt}`,
      address,
      ageSeconds: 1,
      receivedBytes: createdAt,
      sentBytes: createdAt,
      agent: `agent ${createdAt}`,
    });
  };
  const names = Array.from({ length: NODES }, (_, index) => `node-${index}`);
  const lists = new Map(names.map((name) => [name, Array.from({ length: PEERS }, peer)]));
  const poller = createPoller({
    nodes: names.map((name) => nodeConfig({ name })),
    lag: () => LAG_SETTINGS,
    open: ({ name }) => ({
      poll: async () => {
        const list = [...(lists.get(name) ?? []).slice(2), peer(), peer()];
        lists.set(name, list);
        return report({ peers: peers(...list), networkKey: `net ${createdAt % 7}` });
      },
      calls: () => [],
      close: async () => {},
    }),
    render: createRenderer(),
    store: createStore(),
    recentPolls: createRecentPolls(),
    log: logSink("error").log,
  });
  const polls = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) await Promise.all(names.map((name) => poller.poll(name)));
  };
  // The engine goes on compiling for some hundred polls of each node.
  await polls(ROUNDS);
  const settled = await leastMemory();
  await polls(ROUNDS);
  expect(createdAt).toBeGreaterThan(20_000);
  const after = await leastMemory();
  expect((after.heapUsed - settled.heapUsed) / MEBIBYTE).toBeLessThan(0.7);
  expect((after.arrayBuffers - settled.arrayBuffers) / MEBIBYTE).toBeLessThan(1);
  await poller.close();
});
