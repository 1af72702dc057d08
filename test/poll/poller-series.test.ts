import { expect, test } from "vitest";
import { admit, EMPTY_MEMORY, listOf } from "../../src/lib/hourly-budget.ts";
import { createPoller } from "../../src/poll/poller.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import { createStore } from "../../src/poll/store.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import { deadReport, LAG_SETTINGS, logSink, nodeConfig, report, setNodes } from "./support.ts";

/** A poller of one node that remembers, with each poll that is shown, how many there were. */
function setUp() {
  const store = createStore();
  const given: number[] = [];
  let isDown = false;
  let isBroken = false;
  const poller = createPoller({
    nodes: [nodeConfig()],
    lag: () => LAG_SETTINGS,
    open: () => ({ poll: async () => (isDown ? deadReport() : report()), calls: () => [], close: async () => {} }),
    render({ report: polled }, { series: earlier }) {
      if (isBroken) throw new Error("cannot be shown");
      const before = earlier.names.get("series") ?? EMPTY_MEMORY;
      if (polled !== undefined) given.push(before.newcomers.reduce((sum, { count }) => sum + count, 0));
      const { memory } = admit(before, listOf([`series ${given.length}`]), 0, 100);
      const lines = { bytes: Buffer.alloc(0), ends: Uint32Array.of(0) };
      const series = polled === undefined ? earlier : { ...earlier, names: new Map([["series", memory]]) };
      return { lines, series };
    },
    store,
    recentPolls: createRecentPolls(),
    log: logSink("fatal").log,
  });
  return {
    poller,
    store,
    given,
    poll: () => poller.poll("node-1"),
    setDown: (value: boolean) => {
      isDown = value;
    },
    setBroken: (value: boolean) => {
      isBroken = value;
    },
  };
}

test("the memory of a node's series continues over outages and polls that cannot be rendered", async () => {
  const { poll, given, setDown, setBroken } = setUp();
  await poll();
  setDown(true);
  await poll();
  setDown(false);
  setBroken(true);
  await poll();
  setBroken(false);
  await poll();
  expect(given).toEqual([0, 1, 2]);
});

test("over a reload that changes the settings of the node", async () => {
  const { poller, poll, given } = setUp();
  await poll();
  await setNodes(poller, [nodeConfig({ timeoutMs: 1234 })]);
  await poll();
  expect(given).toEqual([0, 1]);
});

test("and ends with the node: when it is removed, or another node gets its name", async () => {
  const { poller, store, poll, given } = setUp();
  await poll();
  await setNodes(poller, [nodeConfig({ url: parseNodeUrl("http://192.0.2.99:18081") })]);
  await poll();
  await setNodes(poller, [nodeConfig({ name: "node-2" })]);
  expect(store.get("node-1")).toBeUndefined();
  await setNodes(poller, [nodeConfig({ url: parseNodeUrl("http://192.0.2.99:18081") })]);
  await poll();
  expect(given).toEqual([0, 0, 0]);
});
