import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bareRootfs } from "../support/base-image.ts";
import { selfSigned } from "../support/certificates.ts";
import { openContainers } from "../support/containers.ts";
import { findServer, freePort, run, tempFolder, waitFor } from "../support/servers.ts";

/** The unit of systemd/, and what docs/systemd.md says. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const UNIT = join(ROOT, "systemd/peer-exporter.service");
const SOCKET = join(ROOT, "systemd/peer-exporter.socket");
const unit = readFileSync(UNIT, "utf8");
const manual = readFileSync(join(ROOT, "docs/systemd.md"), "utf8");
const analyze = findServer("systemd-analyze", "apt-get install systemd");

const blocks = (language: string) =>
  [...manual.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , text = ""]) => text);

const settings = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value);

/** A folder with the unit, in which what it starts exists. */
function installed(more: string): string {
  const folder = tempFolder();
  const path = join(folder, "peer-exporter.service");
  copyFileSync(SOCKET, join(folder, "peer-exporter.socket"));
  writeFileSync(path, `${unit}${more}`.replaceAll("/usr/bin/peer-exporter", process.execPath));
  return path;
}

describe.skipIf(analyze === undefined)("systemd-analyze", () => {
  const dropIns = blocks("ini");

  test.each(["", ...dropIns])("verify accepts the unit with the drop-in %j", async (dropIn) => {
    expect(await run("systemd-analyze", ["verify", installed(dropIn)])).toMatchObject({ code: 0, output: "" });
  });

  test("verify accepts the socket, which the manual's commands install", async () => {
    const socket = join(dirname(installed("")), "peer-exporter.socket");
    expect(await run("systemd-analyze", ["verify", socket])).toMatchObject({ code: 0, output: "" });
    expect(manual).toContain("/opt/peer-exporter/systemd/peer-exporter.socket /etc/systemd/system/");
  });

  test("the rating is what the manual says, and good", async () => {
    const args = ["security", "--offline=true", "--no-pager", "--threshold=15", UNIT];
    const { code, output } = await run("systemd-analyze", args);
    expect(code, output).toBe(0);
    const rating = /exposure level for peer-exporter\.service: ([\d.]+)/.exec(output)?.[1];
    expect(manual).toContain(`rates the unit ${rating},`);
  });
});

test("the commands of the manual install a program that runs and a unit that starts it", async () => {
  const root = tempFolder();
  const install = blocks("sh").find((text) => text.startsWith("npm ci\n")) ?? "";
  const here = join(root, "clone");
  mkdirSync(here);
  mkdirSync(join(root, "tmp"));
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  writeFileSync(join(here, "config.yaml"), "nodes: [{name: a, chain: wire, url: 'http://127.0.0.1:1'}]\n");
  const commands = install
    .split("\n")
    .filter((line) => line !== "npm ci" && !line.includes("systemctl"))
    .map((line) =>
      line
        .replace(/^sudo /, "")
        .replace(/^peer-exporter /, "/usr/bin/peer-exporter ")
        .replaceAll(/(?<=^|[ =])\/(?=opt|etc|tmp|usr)/g, `${root}/`),
    )
    .map((line) => line.replace("npm pack", `npm pack ${JSON.stringify(ROOT)} --ignore-scripts --silent`));
  expect(commands.length).toBeGreaterThan(5);
  const { code, output } = await run("sh", ["-e", "-c", commands.join("\n")], { cwd: here });
  expect(code, output).toBe(0);
  expect(output).toContain("config.yaml: valid, 1 node");
  const copy = join(root, "etc/systemd/system/peer-exporter.service");
  expect(readFileSync(copy, "utf8")).toBe(unit);
  const [program = "", config = ""] = settings("ExecStart").flatMap((line) => line.match(/\/(?:usr|etc)\/\S+/g) ?? []);
  expect([existsSync(root + program), existsSync(root + config)]).toEqual([true, true]);
  expect((await run(root + program, ["--version"])).code).toBe(0);
});

test("a credential of systemd becomes the secret of a node", async () => {
  const folder = tempFolder();
  const config = join(folder, "config.yaml");
  const [example = ""] = blocks("yaml");
  writeFileSync(config, example);
  writeFileSync(join(folder, "monerod"), "hunter2");
  const credential = /^LoadCredential=(\w+):(.*)$/m.exec(blocks("ini")[0] ?? "");
  expect(example).toContain(`\${CREDENTIALS_DIRECTORY}/${credential?.[1]}`);
  expect(manual).toContain(`install -m 0600 /dev/stdin ${credential?.[2]}`);
  // By hand, the folder of the secrets stands for that of the credentials.
  expect(manual).toContain(`CREDENTIALS_DIRECTORY=${dirname(credential?.[2] ?? "")} `);
  const check = (env: Record<string, string | undefined>) =>
    run(process.execPath, [join(ROOT, "dist/main.js"), "check", `--config.file=${config}`], { env });
  expect(await check({ CREDENTIALS_DIRECTORY: folder })).toMatchObject({ code: 0 });
  expect(await check({ CREDENTIALS_DIRECTORY: undefined })).toMatchObject({ code: 1 });
});

test("credentials of systemd are the web configuration, its key and its certificate", async () => {
  const dropIn = blocks("ini").find((text) => text.includes("--web.config.file=")) ?? "";
  const names = [...dropIn.matchAll(/^LoadCredential=(\S+?):(\S+)$/gm)];
  // The manual of TLS makes the files; systemd puts them under the names of the credentials.
  const security = readFileSync(join(ROOT, "docs/security.md"), "utf8");
  const [webConfig = ""] = /^tls_server_config:\n(?: .*\n)+/m.exec(security) ?? [];
  const folder = tempFolder();
  const { cert, key } = await selfSigned();
  const files: Readonly<Record<string, string>> = { "web.yaml": webConfig, "web.crt": cert, "web.key": key };
  for (const [, name = "", path = ""] of names) {
    expect(manual).toMatch(new RegExp(`install -m 0600 .*${name}.* ${dirname(path)}/$`, "m"));
    writeFileSync(join(folder, name), files[name] ?? "");
  }
  expect(names).toHaveLength(3);
  const flag = /--web\.config\.file=\S+/.exec(dropIn)?.[0].replace(/\$\{CREDENTIALS_DIRECTORY\}/, folder) ?? "";
  const { code, output } = await run(process.execPath, [join(ROOT, "dist/main.js"), "check", flag]);
  expect(code, output).toBe(0);
});

/** System calls by the groups of systemd, which may hold other groups. */
async function callsOf(group: string): Promise<readonly string[]> {
  const { stdout } = await run("systemd-analyze", ["syscall-filter", "--no-pager", group]);
  const names = stdout
    .split("\n")
    .slice(1)
    .flatMap((line) => /^\s*([@\w-]+)$/.exec(line)?.[1] ?? []);
  const calls = await Promise.all(names.map((name) => (name.startsWith("@") ? callsOf(name) : [name])));
  return calls.flat();
}

/** As systemd does: lists add up, those with ~ take away. */
async function allowedCalls(): Promise<ReadonlySet<string>> {
  const allowed = new Set<string>();
  for (const list of settings("SystemCallFilter")) {
    for (const group of list.replace("~", "").split(" ")) {
      for (const name of await callsOf(group)) list.startsWith("~") ? allowed.delete(name) : allowed.add(name);
    }
  }
  return allowed;
}

const FAMILIES: Readonly<Record<string, number>> = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10 };

const rootfs = await bareRootfs();
const containers = analyze === undefined ? undefined : await openContainers(rootfs, ["/nodejs/bin/node", "--version"]);

describe.skipIf(containers === undefined)("under the filters of the unit", () => {
  const profile = join(tempFolder(), "seccomp.json");

  beforeAll(async () => {
    const allow = { action: "SCMP_ACT_ALLOW" };
    const calls = await allowedCalls();
    expect(calls.size).toBeGreaterThan(300);
    const families = settings("RestrictAddressFamilies").flatMap((list) => list.split(" "));
    expect(families.length).toBeGreaterThan(0);
    const sockets = families.map((family) => ({
      ...allow,
      names: ["socket"],
      args: [{ index: 0, value: FAMILIES[family] ?? Number.NaN, op: "SCMP_CMP_EQ" }],
    }));
    const others = { ...allow, names: [...calls].filter((name) => name !== "socket") };
    // 1 is EPERM, as in the unit.
    const filter = { defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 1, syscalls: [others, ...sockets] };
    writeFileSync(profile, JSON.stringify(filter));
  });

  afterAll(async () => {
    await containers?.close();
  });

  test("the program polls nodes, serves, finds names and ends in order", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const mounts = ["dist", "package.json"].flatMap((file) => ["-v", `${join(ROOT, file)}:/app/${file}:ro`]);
    const program = await containers?.start(
      ...["--name=filtered", "--network=host", "--user=65532:65532", "--read-only", "--cap-drop=all"],
      ...["--security-opt=no-new-privileges", `--security-opt=seccomp=${profile}`, ...mounts, "--rootfs", rootfs],
      ...["/nodejs/bin/node", "/app/dist/main.js", "demo", `--web.listen-address=${address}`],
    );
    const isUp = async () =>
      (await (await fetch(`http://${address}/metrics`)).text()).includes(
        'p2p_node_up{target="wire-1",chain="wire",simulated="true"} 1\n',
      );
    await waitFor(isUp, "a node that is up", { timeoutMs: 60_000, program });
    // Forbidden are sockets of other families; names are found all the same.
    const script = `
      const { networkInterfaces } = require("node:os");
      let netlink = "allowed"; try { networkInterfaces() } catch { netlink = "forbidden" }
      fetch("http://localhost:${address.split(":")[1]}/-/healthy").then(({ status }) => console.log(netlink, status));
    `;
    expect(await containers?.succeed("exec", "filtered", "/nodejs/bin/node", "-e", script)).toBe("forbidden 200");
    expect(await program?.stop()).toBe(0);
  });
});
