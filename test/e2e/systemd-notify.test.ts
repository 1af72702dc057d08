import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { logLines, PROGRAM } from "../support/exporter.ts";
import { findServer, run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/** The program as systemd starts it with Type=notify; a datagram socket stands for systemd (sd_notify(3)). */

const python = findServer("python3", "apt-get install python3");
const notify = findServer("systemd-notify", "apt-get install systemd");

const RECEIVER = `
import json, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
while True:
    print(json.dumps(receiver.recv(4096).decode()), flush=True)
`;

const GOOD = "nodes: [{name: a, chain: wire, url: 'http://127.0.0.1:1'}]\n";
const BAD = "nodes: [{name: a, chain: wire, ulr: 'http://127.0.0.1:1'}]\n";

async function start(environment: Readonly<Record<string, string>>) {
  const folder = tempFolder();
  const config = join(folder, "config.yaml");
  writeFileSync(config, GOOD);
  const socket = join(folder, "notify");
  const receiver = await startProcess(python ?? "", ["-c", RECEIVER, socket]);
  onTestFinished(async () => void (await receiver.stop()));
  await waitFor(() => existsSync(socket), "the socket of systemd", { program: receiver });
  const env = { NOTIFY_SOCKET: socket, RUNTIME_DIRECTORY: folder, ...environment };
  const args = [PROGRAM, `--config.file=${config}`, "--web.listen-address=127.0.0.1:0", "--log.format=json"];
  const exporter = await startProcess(process.execPath, args, { env });
  onTestFinished(async () => void (await exporter.stop()));
  return {
    exporter,
    folder,
    config,
    /** Every message so far, in its lines. */
    messages: (): readonly (readonly string[])[] =>
      receiver
        .stdout()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => String(JSON.parse(line)).split("\n")),
  };
}

describe.skipIf(python === undefined || notify === undefined)("a service of systemd", () => {
  test("says that it serves, that it runs, how a reload went, and that it stops", async () => {
    const { exporter, folder, config, messages } = await start({ WATCHDOG_USEC: "1000000" });
    const count = (text: string) => messages().filter((lines) => lines.includes(text)).length;
    await waitFor(() => count("READY=1") > 0, "READY=1", { program: exporter });
    expect(logLines(exporter).some(({ listen }) => listen !== undefined)).toBe(true);
    // The messages that have nothing else to say.
    await waitFor(() => messages().some((lines) => lines.join() === "WATCHDOG=1"), "the watchdog");

    const reload = (folderOfSocket: string) =>
      run(process.execPath, [PROGRAM, "reload"], { env: { RUNTIME_DIRECTORY: folderOfSocket } });
    const finished = count("READY=1");
    expect(await reload(folder)).toEqual({
      code: 0,
      stdout: "configuration reloaded: nodes: 0 added, 0 changed, 0 removed, 1 unchanged\n",
      output: "configuration reloaded: nodes: 0 added, 0 changed, 0 removed, 1 unchanged\n",
    });
    await waitFor(() => count("READY=1") > finished, "the end of the reload");
    const reloading = messages().find(([first]) => first === "RELOADING=1");
    expect(reloading?.[1]).toMatch(/^MONOTONIC_USEC=\d+$/);

    writeFileSync(config, BAD);
    const failed = await reload(folder);
    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(/^configuration not reloaded, keeping the current configuration:\n.*unknown key/s);
    const status = "STATUS=0 of 1 node up, last reload failed, see the journal";
    await waitFor(() => count(status) > 0, "the status");

    expect(await exporter.stop()).toBe(0);
    expect(count("STOPPING=1")).toBe(1);
    expect(existsSync(join(folder, "reload.sock"))).toBe(false);
    expect(await reload(folder)).toMatchObject({ code: 1 });
  });

  test("without systemd-notify it serves all the same, and one line of the log says what will happen", async () => {
    const { exporter, messages } = await start({ PATH: tempFolder(), WATCHDOG_USEC: "180000000" });
    const line = /cannot send READY=1 to systemd: systemd-notify is not installed; .*TimeoutStartSec/;
    await waitFor(() => line.test(exporter.output()), "the line", { program: exporter });
    const url = logLines(exporter).flatMap(({ listen = [] }) => listen)[0];
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200);
    expect(exporter.output().match(/cannot send/g)).toHaveLength(1);
    expect(messages()).toEqual([]);
    expect(await exporter.stop()).toBe(0);
  });
});

test("the command reload says where it belongs", async () => {
  const { code, output } = await run(process.execPath, [PROGRAM, "reload"], { env: { RUNTIME_DIRECTORY: undefined } });
  expect(code).toBe(1);
  expect(output).toContain("RUNTIME_DIRECTORY is not set");
  expect(output).toContain("SIGHUP");
});
