import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { faultOf, logPattern } from "../../../tools/faults/exporter-faults.ts";
import { ask } from "../../support/ask.ts";
import { type Page, parseText, value } from "../../support/exposition-parser.ts";
import { MANY_ROWS } from "../../support/fake-node.ts";
import { startFaultyExporter, wireWith } from "../../support/faulty-exporter.ts";
import { waitFor } from "../../support/servers.ts";
import { pageWhere } from "../../support/waits.ts";
import { exitsWith, failures, fakeNode, idleClient, OFTEN, polls, up } from "./support.ts";

/** The machine gives the real program too little, or its clients take too much. */

test(faultOf("descriptors").fault, async () => {
  const [keeping, closing] = [await fakeNode(wireWith(1)), await fakeNode(wireWith(1, { connection: "close" }))];
  const exporter = await startFaultyExporter({
    nodes: [
      { name: "keeping", chain: "wire", url: keeping.url },
      { name: "closing", chain: "wire", url: closing.url },
    ],
    config: OFTEN,
    descriptors: 64,
  });
  const areUp = (page: Page) => up(page, "keeping") === 1 && up(page, "closing") === 1;
  const before = await pageWhere(exporter, areUp, "both nodes to be up");

  let isOver = false;
  let closed = 0;
  const hold = async (): Promise<void> => {
    const socket = await idleClient(exporter.port, "GET /metrics HTTP/1.1\r\nhost: a\r\n");
    socket.once("close", () => {
      closed += 1;
      if (!isOver) void hold().catch(() => {});
    });
  };
  await Promise.all(Array.from({ length: 100 }, hold));
  await waitFor(() => closed > 50, "connections to make room for others");
  // Over new connections, too.
  const isPolled = (page: Page) => areUp(page) && polls(page, "closing") > polls(before, "closing") + 1;
  const full = await pageWhere(exporter, isPolled, "nodes to be polled beside them");
  isOver = true;
  for (const name of ["keeping", "closing"]) expect(failures(full, name, "connect")).toBe(0);
  expect(value(full, "process_open_fds")).toBeLessThan(64);
  expect((await fetch(`${exporter.url}/-/healthy`)).status).toBe(200);
  exporter.signal("SIGTERM");
  await exitsWith(exporter.program, 0, 5000);
});

test(faultOf("moreNodesThanDescriptors").fault, async () => {
  const node = await fakeNode(wireWith(1));
  const names = Array.from({ length: 100 }, (_, index) => `node-${index}`);
  const exporter = await startFaultyExporter({
    nodes: names.map((name) => ({ name, chain: "wire", url: node.url })),
    // Long, as nothing hangs here, and a busy machine may take its time.
    config: { global: { interval: "20s", timeout: "20s" } },
    descriptors: 64,
  });
  // Each page comes over a connection of its own.
  const page = async () => parseText((await ask(`${exporter.url}/metrics`)).text);
  const all = await pageWhere(
    { ...exporter, page },
    (now) => names.every((name) => up(now, name) === 1),
    "all to be up",
  );
  expect(names.map((name) => failures(all, name, "connect")).filter((count) => count > 0)).toEqual([]);
  expect(value(all, "process_open_fds")).toBeLessThan(64);
  expect(exporter.lines().filter(({ msg }) => logPattern("moreNodesThanDescriptors").test(msg))).toHaveLength(1);
});

test(faultOf("eventLoopBlocked").fault, async () => {
  const node = await fakeNode(wireWith(1));
  const exporter = await startFaultyExporter({
    nodes: [{ name: "one", chain: "wire", url: node.url }],
    preload: "block.mjs",
  });
  const delays = "peer_exporter_event_loop_delay_seconds";
  const blocks = (page: Page, le = "1") => value(page, `${delays}_count`) - value(page, `${delays}_bucket`, { le });
  await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
  exporter.signal("SIGUSR2");
  const began = performance.now();
  await sleep(100);
  await exporter.page();
  expect(performance.now() - began).toBeGreaterThan(1500);
  // The exporter's own metrics on a page are seconds old.
  await pageWhere(exporter, (now) => blocks(now) > 0, "a page with the block");
  // A second server of Prometheus gets it as well, although another one has read it.
  await sleep(6000);
  expect(blocks(await exporter.page())).toBeGreaterThan(0);
  expect(blocks(await exporter.openMetrics(), "1.0")).toBeGreaterThan(0);
});

test(faultOf("abortedScrapes").fault, async () => {
  const node = await fakeNode(wireWith(5000));
  const exporter = await startFaultyExporter({
    nodes: [{ name: "one", chain: "wire", url: node.url, interval: "1s" }],
    config: { connections: { max_per_node: 10_000 }, global: { limits: MANY_ROWS } },
  });
  await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
  const abort = async (encoding: string) => {
    const client = await idleClient(
      exporter.port,
      `GET /metrics HTTP/1.1\r\nhost: a\r\naccept-encoding: ${encoding}\r\n\r\n`,
    );
    await once(client, "readable");
    client.destroy();
  };
  const many = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => abort(index % 2 === 0 ? "gzip" : "identity")));
    }
    return exporter.page();
  };
  const settled = await many(15);
  const after = await many(60);
  const mebibytes = (page: Page) => value(page, "process_resident_memory_bytes") / 2 ** 20;
  expect(mebibytes(after) - mebibytes(settled)).toBeLessThan(60);
  await pageWhere(exporter, (page) => value(page, "process_open_fds") < 60, "the connections to be closed");
});
