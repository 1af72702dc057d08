import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logLines, PROGRAM } from "../support/exporter.ts";
import { run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

const config = (names: readonly string[]) =>
  `nodes:\n${names.map((name) => `  - {name: ${name}, chain: wire, url: "http://127.0.0.1:1"}\n`).join("")}`;

test("peer-exporter.yaml in the working folder is used, named in the log, and read again", async () => {
  // The program sees the folder without symbolic links.
  const cwd = realpathSync(tempFolder());
  const file = join(cwd, "peer-exporter.yaml");
  writeFileSync(file, config(["one"]));
  expect(await run(process.execPath, [PROGRAM, "check"], { cwd })).toMatchObject({
    code: 0,
    stdout: "peer-exporter.yaml: valid, 1 node\n",
  });
  const program = await startProcess(process.execPath, [PROGRAM, "--web.listen-address=127.0.0.1:0"], { cwd });
  await waitFor(() => logLines(program).some(({ listen }) => listen !== undefined), "it to listen", { program });
  expect(logLines(program)[0]).toMatchObject({
    level: "info",
    file,
    msg: `no --config.file and no --node: the configuration is ${file}`,
  });
  writeFileSync(file, config(["one", "two"]));
  process.kill(program.pid, "SIGHUP");
  await waitFor(() => logLines(program).some(({ msg }) => msg.includes("reloaded")), "the reload", { program });
  expect(program.output()).toContain("1 added");
  expect(await program.stop()).toBe(0);
});

test("an unreadable one is an error, and not a reason for the next place", async () => {
  const cwd = tempFolder();
  writeFileSync(join(cwd, "peer-exporter.yaml"), "nodes: [\n");
  const { code, stdout, output } = await run(process.execPath, [PROGRAM], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(output).toMatch(/^peer-exporter\.yaml:\d+:\d+: /);
});
