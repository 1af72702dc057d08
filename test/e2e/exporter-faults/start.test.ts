import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faultOf, logPattern } from "../../../tools/faults/exporter-faults.ts";
import { PROGRAM } from "../../support/exporter.ts";
import { find } from "../../support/exposition-parser.ts";
import { json } from "../../support/fake-node.ts";
import { startFaultyExporter, wireWith } from "../../support/faulty-exporter.ts";
import { run, startProcess, tempFolder, waitFor } from "../../support/servers.ts";
import { pageWhere } from "../../support/waits.ts";
import { exitsWith, failures, fakeNode, OFTEN, up } from "./support.ts";

/** The real program cannot start, or meets a bug of its own. */

describe("the exporter cannot start", () => {
  test(faultOf("portInUse").fault, async () => {
    const { port, url } = await fakeNode(wireWith(1));
    const args = [`--node=one=wire+${url}`, `--web.listen-address=127.0.0.1:${port}`];
    const { code, output } = await run(process.execPath, [PROGRAM, ...args]);
    expect(code).toBe(1);
    expect(JSON.parse(output).msg).toMatch(logPattern("portInUse"));
  });

  test(faultOf("configUnreadable").fault, async () => {
    const file = join(tempFolder(), "none.yaml");
    const { code, output } = await run(process.execPath, [PROGRAM, `--config.file=${file}`]);
    expect(code).toBe(1);
    expect(output.split("\n")[0]).toMatch(logPattern("configUnreadable"));
    expect(output).toContain(file);
  });
});

describe("invalid files", () => {
  const folder = tempFolder();
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const nested = write("nested.yaml", "[".repeat(200_000));

  test(faultOf("configNested").fault, async () => {
    for (const flag of ["--config.file", "--web.config.file"]) {
      const { code, output } = await run(process.execPath, [PROGRAM, "check", `${flag}=${nested}`]);
      expect({ flag, code }).toEqual({ flag, code: 1 });
      expect(output.split("\n")[0]).toMatch(logPattern("configNested"));
    }
    const { url } = await fakeNode(wireWith(1));
    const good = `nodes: [{name: one, chain: wire, url: "${url}"}]\n`;
    const file = write("reloaded.yaml", good);
    const program = await startProcess(process.execPath, [
      PROGRAM,
      `--config.file=${file}`,
      "--web.listen-address=127.0.0.1:0",
    ]);
    await waitFor(() => program.output().includes("serving /metrics"), "the start", { timeoutMs: 30_000, program });
    const times = (text: string) => program.output().split(text).length - 1;
    for (const bad of ["[".repeat(200_000), "- ".repeat(200_000)]) {
      const before = times("nested too deeply");
      writeFileSync(file, bad);
      process.kill(program.pid, "SIGHUP");
      await waitFor(() => times("nested too deeply") > before, "the refusal", { timeoutMs: 30_000, program });
    }
    writeFileSync(file, good);
    process.kill(program.pid, "SIGHUP");
    await waitFor(() => program.output().includes("configuration reloaded"), "the reload", {
      timeoutMs: 30_000,
      program,
    });
    process.kill(program.pid, "SIGTERM");
    expect(await program.exited).toBe(0);
  });

  test(faultOf("secretAsPath").fault, async () => {
    const node = (auth: string) => `nodes: [{name: one, chain: wire, url: "http://127.0.0.1:1", auth: ${auth}}]\n`;
    const missing = write("missing.yaml", node("{basic: {username: watcher, password_file: hunter2}}"));
    const broken = write("broken.yaml", node('{bearer: {token: "hun\\nter2"}}'));
    for (const command of [["check"], []]) {
      const reported = await run(process.execPath, [PROGRAM, ...command, `--config.file=${missing}`]);
      expect(reported.code).toBe(1);
      expect(reported.output.split("\n")[0]).toMatch(logPattern("secretAsPath"));
      const refused = await run(process.execPath, [PROGRAM, ...command, `--config.file=${broken}`]);
      expect(refused.code).toBe(1);
      expect(refused.output).toContain("nodes[0].auth.bearer.token: expected a string without line breaks");
      expect(reported.output + refused.output).not.toMatch(/hunter2|ter2/);
    }
  });

  test(faultOf("secretRepeated").fault, async () => {
    const said = ["k3yk3y", "watchr", Buffer.from("watchr:pa55wo").toString("base64"), "%6b%33yk%33y", "\u202e"].join(
      " ",
    );
    const info = { head_block_num: 5, server_version_string: said };
    const node = await fakeNode((asked) => (asked.url.includes("get_info") ? json(info) : { status: 500, body: said }));
    const silent = await fakeNode(wireWith(1));
    const url = `${node.url}/k3yk3y`;
    const file = write(
      "repeated.yaml",
      `global: {interval: 3s, timeout: 3s}
nodes: [{name: one, chain: wire, url: "${url}", auth: {basic: {username: watchr, password: pa55wo}}},
      {name: two, chain: wire, url: "${silent.url}", auth: {bearer: {token: abc}}}]\n`,
    );
    const check = await run(process.execPath, [PROGRAM, "check", `--config.file=${file}`]);
    expect(check.code).toBe(0);
    expect(check.output).toMatch(
      /^warning: two: auth\.bearer\.token is too short to be hidden: use at least 6 characters$/m,
    );
    const program = await startProcess(process.execPath, [
      PROGRAM,
      `--config.file=${file}`,
      "--web.listen-address=127.0.0.1:0",
    ]);
    const at = await waitFor(() => /serving \/metrics on (http:[\d.:/]+)/.exec(program.output())?.[1], "the start", {
      timeoutMs: 30_000,
      program,
    });
    const get = async (path: string) => (await fetch(at + path)).text();
    await waitFor(async () => (await get("/metrics")).includes('p2p_node_info{target="one"'), "its version", {
      timeoutMs: 30_000,
      program,
    });
    const pages = [
      await get("/metrics"),
      await get("/probe?node=one&debug=true"),
      await get("/nodes/one"),
      program.output(),
    ].join("\n");
    expect(pages).toContain("<secret>");
    for (const form of ["k3yk3y", "watchr", "d2F0Y2hy", "pa55wo", "%6b%33"]) expect(pages).not.toContain(form);
    expect(await get("/probe?node=one&debug=true")).not.toContain("\u202e");
    expect(program.output()).toMatch(logPattern("secretRepeated"));
    process.kill(program.pid, "SIGTERM");
    expect(await program.exited).toBe(0);
  });
});

test(faultOf("internalError").fault, async () => {
  const node = await fakeNode(wireWith(1));
  const exporter = await startFaultyExporter({
    nodes: [{ name: "one", chain: "wire", url: node.url }],
    config: OFTEN,
    preload: "bug.mjs",
  });
  await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
  exporter.signal("SIGUSR2");
  const page = await pageWhere(exporter, (now) => failures(now, "one", "internal") > 0, "the bug");
  expect(up(page, "one")).toBe(0);
  expect(find(page, "p2p_node_peers", { target: "one" })).toEqual([]);
  exporter.signal("SIGUSR2");
  await pageWhere(exporter, (now) => up(now, "one") === 1, "the node to be up again");
  exporter.signal("SIGTERM");
  await exitsWith(exporter.program, 0, 5000);
  const output = exporter.program.output();
  expect(output).toMatch(/"reason":"internal".*planted: http:\/\/127\.0\.0\.1.*at (?:async )?attempt/);
  expect(output).not.toContain("s3cret");
});
