import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { faultOf, logPattern } from "../../../tools/faults/exporter-faults.ts";
import { ask } from "../../support/ask.ts";
import { createDeadMount, type DeadMount } from "../../support/dead-mount.ts";
import { PROGRAM } from "../../support/exporter.ts";
import { find } from "../../support/exposition-parser.ts";
import { startFaultyExporter, wireWith } from "../../support/faulty-exporter.ts";
import { type RunningProgram, run, startProcess, tempFolder, waitFor } from "../../support/servers.ts";
import { pageWhere } from "../../support/waits.ts";
import { exitsWith, failures, fakeNode, OFTEN, up } from "./support.ts";

/** Files that the configuration names are no files, have no end, or never answer. */

/** Where process.exit would wait for a thread that hangs, the program is replaced by one that ends with the code. */
const CAN_REPLACE = "execve" in process;

describe(faultOf("fileNotRegular").fault, () => {
  const folder = tempFolder();
  const [fifo, sparse] = [join(folder, "fifo"), join(folder, "sparse")];
  execFileSync("mkfifo", [fifo]);
  writeFileSync(sparse, "");
  truncateSync(sparse, 5 * 2 ** 30);

  test.each([
    ["check", "--config.file=/dev/zero"],
    ["serve", `--config.file=${fifo}`],
    ["peers", "--config.file=/dev/stdin"],
    ["check", `--web.config.file=${sparse}`],
  ])("%s %s", async (command, flag) => {
    const { code, output } = await run(process.execPath, [PROGRAM, command, flag]);
    expect(code).toBe(1);
    const [line = ""] = output.split("\n");
    expect(line).toContain(flag.split("=")[1]);
    expect(line).toMatch(flag.includes("sparse") ? /it is larger than 1 MiB/ : logPattern("fileNotRegular"));
  });

  test("secrets, authorities and the files of a web configuration", async () => {
    const config = join(folder, "config.yaml");
    const nodes = ["/dev/zero", "/dev/tty", sparse, folder, "/proc/kmsg"].map((path, index) => ({
      name: `n${index}`,
      chain: "wire",
      url: "https://127.0.0.1:1",
      auth: { bearer: { token_file: path } },
      tls: { ca_file: fifo },
    }));
    writeFileSync(config, JSON.stringify({ nodes, connections: { hash_key_file: "/dev/urandom" } }));
    const ofConfig = await run(process.execPath, [PROGRAM, "check", `--config.file=${config}`]);
    expect(ofConfig.output.match(/ca_file: cannot read .*\(it is a FIFO or pipe/g)).toHaveLength(nodes.length);
    expect(ofConfig.output.match(/token_file: cannot read /g)).toHaveLength(nodes.length);
    expect(ofConfig.output).toMatch(/hash_key_file: cannot read .*\(it is a character device/);

    const web = join(folder, "web.yaml");
    const tls = {
      cert_file: fifo,
      key_file: "/dev/zero",
      client_ca_file: sparse,
      client_auth_type: "RequireAndVerifyClientCert",
    };
    writeFileSync(web, JSON.stringify({ tls_server_config: tls }));
    const ofWeb = await run(process.execPath, [PROGRAM, "check", `--web.config.file=${web}`]);
    expect(
      ofWeb.output.match(/cert_file: cannot read .*FIFO|key_file: .*device|client_ca_file: .*1 MiB/g),
    ).toHaveLength(3);
  });
});

/** Nodes with a secret each, in a folder of its own. */
async function startWithSecrets(mount: DeadMount, names: readonly string[]) {
  const node = await fakeNode(wireWith(1));
  const folder = tempFolder();
  const secret = (name: string) => join(folder, name, "token");
  for (const name of names) {
    mkdirSync(join(folder, name));
    writeFileSync(secret(name), `secret-of-${name}\n`);
  }
  const nodes = names.map((name) => ({
    name,
    chain: "wire",
    url: node.url,
    auth: { bearer: { token_file: secret(name) } },
  }));
  const exporter = await startFaultyExporter({ nodes, config: OFTEN, preload: mount.preload, env: mount.env });
  await pageWhere(exporter, (page) => names.every((name) => up(page, name) === 1), "all nodes to be up");
  return { exporter, secret };
}

test(faultOf("fileHangs").fault, async () => {
  const mount = createDeadMount();
  const [dead, well] = [
    ["one", "two", "three", "four"],
    ["five", "six"],
  ];
  const { exporter, secret } = await startWithSecrets(mount, [...dead, ...well]);
  mount.hang(...dead.map(secret));
  const reason = faultOf("fileHangs").reason ?? "";
  const page = await pageWhere(
    exporter,
    (now) => dead.every((name) => failures(now, name, reason) > 0),
    "the secrets to be missed",
  );
  for (const name of dead) expect([name, find(page, "p2p_node_peers", { target: name })]).toEqual([name, []]);
  for (const name of well) expect([name, up(page, name)]).toEqual([name, 1]);
  const lines = exporter.lines().filter(({ msg }) => logPattern("fileHangs").test(msg));
  for (const name of dead) expect(lines.filter(({ msg }) => msg.includes(secret(name)))).toHaveLength(1);

  const scrape = await ask(`${exporter.url}/metrics`, { headers: { "accept-encoding": "gzip" } });
  expect(gunzipSync(scrape.body).toString()).toContain("p2p_node_up");
  const reload = await fetch(`${exporter.url}/-/reload`, { method: "POST" });
  expect(reload.status).toBe(500);
  const reported = await reload.text();
  for (const name of dead) expect(reported).toContain(`cannot read ${secret(name)} (no response within 2 s`);
  expect(reported).not.toContain("five");

  mount.revive();
  await pageWhere(exporter, (now) => dead.every((name) => up(now, name) === 1), "all nodes to be up again");
  expect((await fetch(`${exporter.url}/-/reload`, { method: "POST" })).status).toBe(200);
});

describe(faultOf("stopWhileFilesHang").fault, () => {
  const codeOf = (code: number, signalled = 143) => (CAN_REPLACE ? code : signalled);

  test("the exporter", async () => {
    const mount = createDeadMount();
    const names = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    const { exporter, secret } = await startWithSecrets(mount, names);
    mount.hang(...names.map(secret));
    await waitFor(() => mount.asked().length > 4, "the secrets to be read", { timeoutMs: 20_000 });
    exporter.signal("SIGTERM");
    await exitsWith(exporter.program, codeOf(0), 5000);
    expect(exporter.lines().at(-1)?.msg).toBe("stopped");
  });

  /** A program that hangs in its configuration. */
  async function startHanging(args: readonly string[], before: readonly string[] = []) {
    const mount = createDeadMount();
    const file = join(tempFolder(), "config.yaml");
    mount.hang(file);
    const preload = new URL(`../preload/${mount.preload}`, import.meta.url).href;
    const [command = process.execPath, ...rest] = [
      ...before,
      ...[process.execPath, "--import", preload, PROGRAM, ...args, `--config.file=${file}`],
    ];
    const program = await startProcess(command, rest, { env: mount.env });
    await waitFor(() => mount.asked().length > 0, "the file to be read", { program });
    return program;
  }

  const stop = (pid: number, times = 1) => {
    for (let time = 0; time < times; time += 1) process.kill(pid, "SIGTERM");
  };

  test.each([
    ["serve", 0],
    ["check", 143],
    ["peers", 143],
    ["node-names", 143],
  ] as const)("%s, which reads its configuration", async (command, code) => {
    const program = await startHanging([command]);
    stop(program.pid);
    await exitsWith(program, codeOf(code), 5000);
  });

  const ISOLATED = ["unshare", "--pid", "--fork", "--kill-child"];

  /** Not everybody may make a container of this kind. */
  const canIsolate = (() => {
    try {
      execFileSync("unshare", [...ISOLATED.slice(1), "true"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  })();

  const childOf = ({ pid }: RunningProgram) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));

  test.skipIf(!canIsolate).each([1, 3])("process 1 of a container, after %i signals", async (times) => {
    const program = await startHanging(["serve"], ISOLATED);
    stop(childOf(program), times);
    const code = await program.exited;
    // Without process.execve by a fault, the one end that the kernel does not keep from process 1.
    expect(CAN_REPLACE ? [0, 143] : [134, 139]).toContain(code);
  });
});
