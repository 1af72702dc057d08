import { get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { faultOf, logPattern } from "../../../tools/faults/exporter-faults.ts";
import { logLines, PROGRAM } from "../../support/exporter.ts";
import { find, type Page, parseText, value } from "../../support/exposition-parser.ts";
import { type Handler, MANY_ROWS } from "../../support/fake-node.ts";
import { startFaultyExporter, wireWith } from "../../support/faulty-exporter.ts";
import { type RunningProgram, startProcess, waitFor } from "../../support/servers.ts";
import { pageWhere } from "../../support/waits.ts";
import { exitsWith, fakeNode, idleClient, polls, up } from "./support.ts";

/** Signals at bad moments, and an end without one. */

describe("signals", () => {
  /** Takes requests and never answers. */
  const silent: Handler = () => ({ body: () => {} });

  test(faultOf("stopDuringPoll").fault, async () => {
    const node = await fakeNode(silent);
    const exporter = await startFaultyExporter({ nodes: [{ name: "one", chain: "wire", url: node.url }] });
    await waitFor(() => node.requests.length > 0, "the poll", { timeoutMs: 10_000, program: exporter.program });
    exporter.signal("SIGTERM");
    await exitsWith(exporter.program, 0, 5000);
    expect(exporter.lines().some(({ msg }) => logPattern("stopDuringPoll").test(msg))).toBe(true);
  });

  test(faultOf("stopDuringScrape").fault, async () => {
    const node = await fakeNode(wireWith(20_000));
    const exporter = await startFaultyExporter({
      nodes: [{ name: "one", chain: "wire", url: node.url }],
      config: { connections: { max_per_node: 100_000 }, global: { limits: MANY_ROWS } },
    });
    await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
    const scrape = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { port: exporter.port, path: "/metrics", headers: { accept: "text/plain" } };
      get(options, resolve).once("error", reject);
    });
    exporter.signal("SIGTERM");
    const began = performance.now();
    await waitFor(() => exporter.program.output().includes("stopping"), "the signal to arrive", { timeoutMs: 5000 });
    const chunks: Buffer[] = [];
    for await (const chunk of scrape) {
      chunks.push(chunk);
      // About a second for all of it.
      await sleep(10);
    }
    const page = Buffer.concat(chunks).toString();
    expect(scrape.complete).toBe(true);
    expect(page.length).toBeGreaterThan(1e6);
    expect(up(parseText(page), "one")).toBe(1);
    expect(await exporter.program.exited).toBe(0);
    expect(performance.now() - began).toBeLessThan(6000);
    expect(exporter.lines().at(-1)?.msg).toMatch(logPattern("stopDuringScrape"));
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)(`${faultOf("secondSignal").fault}: %s`, async (second, code) => {
    const node = await fakeNode(wireWith(1));
    const exporter = await startFaultyExporter({ nodes: [{ name: "one", chain: "wire", url: node.url }] });
    // A half sent scrape holds the exit for a while.
    await idleClient(exporter.port, "GET /metrics HTTP/1.1\r\nhost: a\r\n");
    await exporter.page();
    exporter.signal("SIGTERM");
    await waitFor(() => exporter.program.output().includes("stopping"), "the first signal to arrive", {
      timeoutMs: 5000,
    });
    exporter.signal(second);
    await exitsWith(exporter.program, code, 1000);
  });

  test(faultOf("debuggerSignal").fault, async () => {
    const node = await fakeNode(wireWith(1));
    const exporter = await startFaultyExporter({ nodes: [{ name: "one", chain: "wire", url: node.url }] });
    exporter.signal("SIGUSR1");
    exporter.signal("SIGHUP");
    await waitFor(() => exporter.program.output().includes("configuration reloaded"), "the signal after it", {
      timeoutMs: 10_000,
      program: exporter.program,
    });
    await exporter.page();
    // Node.js says where its inspector listens.
    expect(exporter.program.output()).not.toContain("Debugger");
  });

  test(faultOf("stopDuringStart").fault, async () => {
    const node = await fakeNode(silent);
    const endAfter = async (wait: (program: RunningProgram) => Promise<unknown>) => {
      const args = [PROGRAM, `--node=one=wire+${node.url}`, "--web.listen-address=127.0.0.1:0"];
      const program = await startProcess(process.execPath, args);
      await wait(program);
      process.kill(program.pid, "SIGTERM");
      const began = performance.now();
      const code = await program.exited;
      expect(performance.now() - began).toBeLessThan(5000);
      // Before there is a log, nothing was begun that could be told of.
      const last = logLines(program).at(-1);
      if (code === 0 && last !== undefined) expect(last.msg).toBe("stopped");
      return code;
    };
    for (const milliseconds of [0, 20, 40, 60, 80, 100, 130, 160, 200, 300, 500, 1000]) {
      expect([0, 143]).toContain(await endAfter(() => sleep(milliseconds)));
    }
    const toServe = (program: RunningProgram) =>
      waitFor(() => program.output().includes("serving /metrics"), "the exporter to serve", { program });
    expect(await endAfter(toServe)).toBe(0);
  });

  test(faultOf("killed").fault, async () => {
    const node = await fakeNode(wireWith(2));
    const silentNode = await fakeNode(silent);
    const nodes = [
      { name: "one", chain: "wire", url: node.url, interval: "1s" },
      { name: "silent", chain: "wire", url: silentNode.url },
    ];
    const first = await startFaultyExporter({ nodes });
    const before = await pageWhere(first, (page) => polls(page, "one") >= 3, "some polls");
    first.signal("SIGKILL");
    expect(await first.program.exited).toBe(137);

    const second = await startFaultyExporter({
      nodes: nodes.map((each) => ({ ...each, url: silentNode.url })),
      port: first.port,
    });
    const page = await second.page();
    for (const target of ["one", "silent"]) {
      expect([up(page, target), polls(page, target)]).toEqual([0, 0]);
      expect(find(page, "p2p_node_peers", { target })).toEqual([]);
    }
    expect((await fetch(`${second.url}/-/ready`)).status).toBe(503);
    const startedAt = (of: Page) => value(of, "process_start_time_seconds");
    expect(startedAt(page)).toBeGreaterThan(startedAt(before));
    await second.openMetrics();
  });
});
