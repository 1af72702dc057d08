import { closeSync, constants, openSync, readSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { faultOf, logPattern } from "../../../tools/faults/exporter-faults.ts";
import { ask } from "../../support/ask.ts";
import { PROGRAM } from "../../support/exporter.ts";
import { type Page, value } from "../../support/exposition-parser.ts";
import { type FaultyExporter, ROOT, startFaultyExporter, wireWith } from "../../support/faulty-exporter.ts";
import { run, tempFolder, waitFor } from "../../support/servers.ts";
import { pageWhere } from "../../support/waits.ts";
import { exitsWith, fakeNode, OFTEN, polls, up } from "./support.ts";

/** The log of the real program cannot be written. */

describe("the log cannot be written", () => {
  /** Logs much, to where the shell leads it. */
  async function startLogging(redirect: string): Promise<FaultyExporter> {
    const { url } = await fakeNode(wireWith(1));
    const nodes = [{ name: "one", chain: "wire", url }];
    return startFaultyExporter({ nodes, config: OFTEN, args: ["--log.level=debug"], redirect });
  }

  async function worksAndStops(exporter: FaultyExporter, losesLines = true) {
    await pageWhere(exporter, (page) => polls(page, "one") >= 3 && up(page, "one") === 1, "some polls");
    const areCounted = (page: Page) => value(page, "peer_exporter_log_lines_lost_total") > 0 === losesLines;
    await pageWhere(exporter, areCounted, "lost lines to be counted, if there are any");
    exporter.signal("SIGTERM");
    await exitsWith(exporter.program, 0, 5000);
  }

  test.each([
    [faultOf("logDiskFull").fault, ">/dev/full 2>/dev/full", true],
    // Node.js opens /dev/null in the place of a closed stream.
    [faultOf("logClosed").fault, ">&- 2>&-", false],
  ])("%s", async (_, redirect, losesLines) => {
    await worksAndStops(await startLogging(redirect), losesLines);
  });

  async function pipe() {
    const path = join(tempFolder(), "pipe");
    await run("mkfifo", [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    let isOpen = true;
    const close = () => {
      if (isOpen) closeSync(reader);
      isOpen = false;
    };
    onTestFinished(close);
    return { path, reader, close };
  }

  test(`${faultOf("logClosed").fault}: the reader of a pipe`, async () => {
    const { path, close } = await pipe();
    const exporter = await startLogging(`2>"${path}"`);
    close();
    await worksAndStops(exporter);
  });

  test(faultOf("logUnread").fault, async () => {
    const { path, reader } = await pipe();
    const exporter = await startLogging(`2>"${path}"`);
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    onTestFinished(() => agent.destroy());
    // Each is a line of the log: together more than pipe and exporter keep.
    const askHealth = () => ask(`${exporter.url}/-/healthy`, { agent });
    for (let round = 0; round < 150; round += 1) await Promise.all(Array.from({ length: 100 }, askHealth));
    const page = await exporter.page();
    expect(up(page, "one")).toBe(1);

    const chunk = Buffer.alloc(65_536);
    let log = "";
    const drain = () => {
      try {
        for (let size = 1; size > 0; log += chunk.toString("utf8", 0, size)) size = readSync(reader, chunk);
      } catch {
        // Empty for now.
      }
      return logPattern("logUnread").test(log);
    };
    await waitFor(drain, "the line about lost lines", { timeoutMs: 20_000, program: exporter.program });
    const reported = log.split("\n").find((line) => logPattern("logUnread").test(line)) ?? "";
    expect(JSON.parse(reported).lost_lines).toBeGreaterThan(1000);
    // Full again, at the end.
    for (let round = 0; round < 150; round += 1) await Promise.all(Array.from({ length: 100 }, askHealth));
    await worksAndStops(exporter);
  });

  test.each(["--help", "check"])(`${faultOf("outputFull").fault}: %s`, async (command) => {
    const args = command === "check" ? ["check", `--config.file=${join(ROOT, "config.example.yaml")}`] : [command];
    const { code, output } = await run("sh", ["-c", 'exec "$@" >/dev/full', "sh", process.execPath, PROGRAM, ...args]);
    expect({ code, output }).toEqual({ code: 1, output: `${faultOf("outputFull").log}\n` });
  });
});
