import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, requireProgram, run, tempFolder, waitFor } from "../support/servers.ts";
import { bootDebian, debianRoot, inChroot, type Machine, NEEDED, PATIENT } from "./debian-machine.ts";
import { downloadLibraries } from "./executable-root.ts";
import { lacking, made, OUT, ROOT, VERSION } from "./support.ts";

/** The package for Debian, on a Debian that has neither Node.js nor this repository. */

const reason = lacking("tests of the package for Debian", NEEDED);

const CURRENT = `peer-exporter_${VERSION}_amd64.deb`;
const OLD = "peer-exporter_0.1.0_amd64.deb";
const CONFIG = "etc/peer-exporter/config.yaml";
const NOBODY = "65534:65534";

/** The package, made as if it were an older version; or that of an earlier run, which takes a minute to make. */
function madeAsOld(): string {
  if (existsSync(join(OUT, OLD))) return join(OUT, OLD);
  const out = tempFolder();
  const flags = ["--version=0.1.0", "--only=executable,deb", "--arch=amd64", `--out=${out}`];
  execFileSync(process.execPath, [join(ROOT, "scripts/package.mjs"), ...flags], { stdio: "ignore" });
  return join(out, OLD);
}

const EMULATOR = ["qemu-aarch64-static", "qemu-user-static"] as const;
const noEmulator = lacking("tests of the package for Debian on arm64", [EMULATOR]);
const noLintian = lacking("tests of the package for Debian by lintian", [["lintian", "lintian"]]);

test.skipIf(noLintian !== undefined).each(["amd64", "arm64"])(
  "lintian finds nothing in the one for %s",
  async (arch) => {
    const file = made(`peer-exporter_${VERSION}_${arch}.deb`);
    const { code, output } = await run("lintian", ["--allow-root", "--fail-on=error,warning", file]);
    expect(output.split("\n").filter((line) => /^[EW]: /.test(line))).toEqual([]);
    expect(code, output).toBe(0);
  },
);

/** A program that answers as a node of Wire: its file must be complete, as it runs in another network. */
const NODE = `
const { readFileSync } = require("node:fs");
const [port, ...files] = process.argv.slice(1);
const answers = { "/v1/net/connections": files[0], "/v1/chain/get_info": files[1] };
require("node:http").createServer(({ url }, response) => {
  const file = answers[url];
  response.writeHead(file === undefined ? 404 : 200, { "content-type": "application/json" });
  response.end(file === undefined ? "" : readFileSync(file));
}).listen(Number(port), "127.0.0.1");
`;

const ANSWERS = ["s12-spring-1.2-w2.json", "get_info.spring-1.2.json"].map((name) =>
  join(ROOT, "test/fixtures/wire", name),
);

describe.skipIf(reason !== undefined)("on Debian with systemd", () => {
  let debian: Machine;
  let port: number;
  beforeAll(async () => {
    const old = madeAsOld();
    debian = await bootDebian();
    copyFileSync(old, join(debian.root, "root", OLD));
    copyFileSync(made(CURRENT), join(debian.root, "root", CURRENT));
    port = await freePort();
    await debian.startNextTo(process.execPath, "-e", NODE, String(port), ...ANSWERS);
  });
  afterAll(() => debian.stop());

  const install = (name: string) => debian.succeeds("dpkg", "--install", `/root/${name}`);
  const property = async (name: string) =>
    (await debian.succeeds("systemctl", "show", "--value", `--property=${name}`, "peer-exporter")).trim();
  /** How often the service has started. */
  const starts = async () => {
    const journal = await debian.succeeds("journalctl", "--unit=peer-exporter", "--output=cat", "--no-pager");
    return journal.split("\n").filter((line) => line.startsWith("Started peer-exporter")).length;
  };
  const metrics = async (user?: string) => (await debian.get("/metrics", user)).text;
  const writeConfig = (text: string) => writeFileSync(join(debian.root, CONFIG), text);
  const working = () => `nodes:\n  - {name: wire-1, chain: wire, url: "http://127.0.0.1:${port}"}\n`;
  const isUp = (user?: string) =>
    waitFor(
      async () => (await metrics(user)).includes('p2p_node_up{target="wire-1",chain="wire"} 1'),
      "a poll",
      PATIENT,
    );

  test("an installation enables and starts the service, which has no nodes yet", async () => {
    await install(OLD);
    expect([await property("ActiveState"), await property("UnitFileState")]).toEqual(["active", "enabled"]);
    expect(await debian.succeeds("systemctl", "list-units", "--failed", "--no-legend")).toBe("");
    expect((await debian.get("/-/ready")).status).toBe(200);
    const journal = await debian.succeeds("journalctl", "--unit=peer-exporter", "--output=cat", "--no-pager");
    expect(journal).toContain("the configuration has no nodes: add them to /etc/peer-exporter/config.yaml");
    expect(await metrics()).toContain('version="0.1.0"');
  });

  test("the unit is valid there, and as safe as its manual says", async () => {
    const verified = await debian.run(
      "systemd-analyze",
      "verify",
      "--man=no",
      "peer-exporter.service",
      "peer-exporter.socket",
    );
    expect(verified).toMatchObject({ code: 0, output: "" });
    expect((await debian.run("systemd-analyze", "security", "--threshold=15", "peer-exporter.service")).code).toBe(0);
  });

  test("the operator adds a node, and the service polls it", async () => {
    writeConfig(working());
    await isUp();
    await debian.succeeds("systemctl", "reload", "peer-exporter");
    expect(await metrics()).toMatch(/^p2p_connection_info\{.*target="wire-1"/m);
  });

  test("a configuration that is not valid fails the reload, and changes nothing", async () => {
    writeConfig("nodes: nonsense\n");
    expect((await debian.run("systemctl", "reload", "peer-exporter")).code).not.toBe(0);
    expect(await metrics()).toContain('target="wire-1"');
    writeConfig(working());
    await debian.succeeds("systemctl", "reload", "peer-exporter");
  });

  test("dashboards, rules and documents are there, on pages and as files", async () => {
    const name = "peer-exporter-fleet.json";
    const own = readFileSync(join(ROOT, "grafana/dashboards", name), "utf8");
    expect((await debian.get(`/dashboards/${name}`)).text).toBe(own);
    expect(readFileSync(join(debian.root, "usr/share/peer-exporter/dashboards", name), "utf8")).toBe(own);
    expect((await debian.get("/rules")).text).toContain("alert: P2PNodeDown");
    expect((await debian.get("/docs")).status).toBe(200);
    expect(await debian.succeeds("peer-exporter", "docs", "configuration")).toContain("max_per_node");
    expect(await debian.succeeds("peer-exporter", "check", "--connect")).toMatch(/^the node is up/m);
  });

  test("users with bcrypt passwords", async () => {
    const hash = await inChroot(debian.root, ["/usr/bin/peer-exporter", "hash-password"], NOBODY, "a password\n");
    expect(hash).toMatchObject({ code: 0 });
    const secrets = join(debian.root, "etc/peer-exporter/secrets");
    mkdirSync(secrets, { mode: 0o700 });
    writeFileSync(join(secrets, "web.yaml"), `basic_auth_users: {reader: "${hash.stdout.trim()}"}\n`, { mode: 0o600 });
    const dropIn = join(debian.root, "etc/systemd/system/peer-exporter.service.d");
    mkdirSync(dropIn);
    const flags = `--config.file=/${CONFIG} --web.config.file=\${CREDENTIALS_DIRECTORY}/web.yaml`;
    writeFileSync(
      join(dropIn, "override.conf"),
      "[Service]\nLoadCredential=web.yaml:/etc/peer-exporter/secrets/web.yaml\nExecStart=\n" +
        `ExecStart=/usr/bin/peer-exporter ${flags}\n`,
    );
    await debian.succeeds("systemctl", "daemon-reload");
    await debian.succeeds("systemctl", "restart", "peer-exporter");
    expect((await debian.get("/metrics")).status).toBe(401);
    expect((await debian.get("/metrics", "reader:wrong")).status).toBe(401);
    await isUp("reader:a password");
  });

  test("an upgrade restarts once, and keeps the changed configuration without a question", async () => {
    const before = await starts();
    const output = await install(CURRENT);
    expect(output).not.toContain("Configuration file");
    expect(await starts()).toBe(before + 1);
    expect(readFileSync(join(debian.root, CONFIG), "utf8")).toBe(working());
    await isUp("reader:a password");
    expect(await metrics("reader:a password")).toContain(`version="${VERSION}"`);
  });

  test("an upgrade does not start what the operator has stopped", async () => {
    await debian.succeeds("systemctl", "stop", "peer-exporter");
    expect([await property("ActiveState"), await property("Result")]).toEqual(["inactive", "success"]);
    await install(CURRENT);
    expect(await property("ActiveState")).toBe("inactive");
    await debian.succeeds("systemctl", "start", "peer-exporter");
  });

  test("a removal stops the service and leaves the configuration, and an installation starts it again", async () => {
    await debian.succeeds("dpkg", "--remove", "peer-exporter");
    expect(existsSync(join(debian.root, "usr/bin/peer-exporter"))).toBe(false);
    expect((await debian.run("systemctl", "is-active", "peer-exporter")).code).not.toBe(0);
    expect(readFileSync(join(debian.root, CONFIG), "utf8")).toBe(working());
    await install(CURRENT);
    await isUp("reader:a password");
  });

  test("a purge removes all but what the operator has added", async () => {
    const { output } = await debian.run("dpkg", "--purge", "peer-exporter");
    expect(existsSync(join(debian.root, CONFIG))).toBe(false);
    expect(existsSync(join(debian.root, "etc/peer-exporter/secrets/web.yaml")), output).toBe(true);
    expect((await debian.run("dpkg", "--status", "peer-exporter")).code).not.toBe(0);
    const links = await debian.succeeds("find", "/etc/systemd", "/var/lib/systemd", "-name", "*peer-exporter*");
    expect(links.trim()).toBe("/etc/systemd/system/peer-exporter.service.d");
    expect(await debian.succeeds("systemctl", "list-units", "--failed", "--no-legend")).toBe("");
  });
});

describe.skipIf(reason !== undefined)("on Debian where systemd does not run", () => {
  let root: string;
  beforeAll(() => {
    root = debianRoot();
    copyFileSync(made(CURRENT), join(root, "root", CURRENT));
  });

  test("is refused where a library is missing", async () => {
    const poor = debianRoot();
    copyFileSync(made(CURRENT), join(poor, "root", CURRENT));
    const status = join(poor, "var/lib/dpkg/status");
    const packages = readFileSync(status, "utf8").split("\n\n");
    writeFileSync(status, packages.filter((text) => !text.startsWith("Package: libstdc++6\n")).join("\n\n"));
    const { code, output } = await inChroot(poor, ["dpkg", "--install", `/root/${CURRENT}`]);
    expect(code).not.toBe(0);
    expect(output).toContain("peer-exporter depends on libstdc++6");
  });

  test.skipIf(noEmulator !== undefined)("for arm64, is installed with the libraries of arm64 and runs", async () => {
    const file = `peer-exporter_${VERSION}_arm64.deb`;
    const other = debianRoot();
    copyFileSync(made(file), join(other, "root", file));
    copyFileSync(requireProgram(EMULATOR[0]), join(other, "root/emulator"));
    chmodSync(join(other, "root"), 0o755);
    // The libraries of Debian 12 depend on it.
    const libraries = downloadLibraries("arm64", ["gcc-12-base"]);
    const names = readdirSync(libraries).filter((name) => name.endsWith(".deb"));
    for (const name of names) copyFileSync(join(libraries, name), join(other, "root", name));
    const succeeds = async (command: readonly string[], user?: string) => {
      const { code, output } = await inChroot(other, command, user);
      expect(code, output).toBe(0);
      return output;
    };
    await succeeds(["dpkg", "--add-architecture", "arm64"]);
    await succeeds(["dpkg", "--install", ...names.map((name) => `/root/${name}`)]);
    await succeeds(["dpkg", "--install", `/root/${file}`]);
    const command = ["/root/emulator", "/usr/bin/peer-exporter", "check"];
    expect(await succeeds(command, NOBODY)).toBe(`/${CONFIG}: valid, 0 nodes\n`);
    await succeeds(["dpkg", "--purge", "peer-exporter"]);
  });

  test("is installed, runs as a user without rights, and goes with all its files", async () => {
    const installed = await inChroot(root, ["dpkg", "--install", `/root/${CURRENT}`]);
    expect(installed.code, installed.output).toBe(0);
    expect(existsSync(join(root, "usr/bin/node"))).toBe(false);
    expect((await inChroot(root, ["dpkg", "--verify", "peer-exporter"])).output).toBe("");
    const checked = await inChroot(root, ["/usr/bin/peer-exporter", "check"], NOBODY);
    expect(checked).toMatchObject({ code: 0, output: `/${CONFIG}: valid, 0 nodes\n` });
    const purged = await inChroot(root, ["dpkg", "--purge", "peer-exporter"]);
    expect(purged.code, purged.output).toBe(0);
    expect((await inChroot(root, ["find", "/", "-xdev", "-name", "*peer-exporter*"])).stdout).toBe(
      `/root/${CURRENT}\n`,
    );
  });
});
