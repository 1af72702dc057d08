import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { librariesOf } from "../../scripts/licences.mjs";
import { bareRootfs, buildRootfs, importRootfs } from "../support/base-image.ts";
import { NO_CONTAINERS, openContainers } from "../support/containers.ts";
import { parseText } from "../support/exposition-parser.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { findServer, freePort, type RunningProgram, run, tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

/** The Dockerfile, built and run. Its two public base images are replaced by the like of them, made of this machine's files. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const IMAGE = "localhost/peer-exporter:test";
const BARE = "localhost/bare:test";
const BUILD = "localhost/build:test";
const SLOW = 300_000;

const prometheusServer = findServer("prometheus", "apt-get install prometheus");
const rootfs = await bareRootfs();
const containers = await openContainers(rootfs, ["/nodejs/bin/node", "--version"]);

/** As docs/container.md runs it, and podman's own writable /tmp left out besides. */
const HARDENED = [
  "--read-only-tmpfs=false",
  ...(/^docker run (.*?[^\\]\n)/ms
    .exec(readFileSync(join(ROOT, "docs/container.md"), "utf8"))?.[1]
    ?.match(/--(?:read-only|cap-drop|security-opt|memory|pids-limit)\S*/g) ?? []),
];
/** The registry that this machine uses, the authority that it trusts, and what it has downloaded before. */
async function npmArguments(): Promise<readonly string[]> {
  const setting = async (name: string) => (await run("npm", ["config", "get", name])).stdout.trim();
  const authority = process.env.NODE_EXTRA_CA_CERTS ?? (await setting("cafile"));
  const hasAuthority = authority !== "" && authority !== "null";
  const npmrc = join(tempFolder(), "npmrc");
  const lines = [`registry=${await setting("registry")}`, "cache=/npm-cache", "prefer-offline=true"];
  writeFileSync(npmrc, [...lines, ...(hasAuthority ? ["cafile=/authority.crt"] : []), ""].join("\n"));
  // O: an overlay, so that the container's files do not come into the cache of this machine.
  const volumes = [`${npmrc}:/root/.npmrc:ro`, `${await setting("cache")}:/npm-cache:O`];
  return [...volumes, ...(hasAuthority ? [`${authority}:/authority.crt:ro`] : [])].flatMap((volume) => ["-v", volume]);
}

/** A checkout of what the working tree has, made under umask 077: only its owner can read it. */
async function closedCheckout(): Promise<string> {
  const { stdout } = await run("git", ["-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const folder = tempFolder();
  const files = stdout.split("\0").filter((file) => file !== "" && !/^(?:test|bench|docs\/images)\//.test(file));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true, mode: 0o700 });
    copyFileSync(join(ROOT, file), join(folder, file));
    chmodSync(join(folder, file), 0o600);
  }
  return folder;
}

describe.skipIf(containers === undefined)("the container image", () => {
  const { podman, succeed, start, close } = containers ?? NO_CONTAINERS;
  let npm: readonly string[];
  let context: string;
  /** What dist/ was built from: the image has the same bytes if it is told the same. */
  let revision = "";
  let created = "";
  /** Of the base to run, and its name with that. */
  let digest: string;
  let pinned: string;

  const buildArguments = (runImage: string, name: string, further: readonly string[] = []) => [
    ...["build", "--format=docker", "--network=host", ...npm, `--build-arg=BUILD_IMAGE=${BUILD}`],
    ...[
      `--build-arg=RUN_IMAGE=${runImage}`,
      `--build-arg=REVISION=${revision}`,
      `--build-arg=CREATED=${created}`,
      ...further,
      `--tag=${name}`,
      context,
    ],
  ];
  const build = (...given: Parameters<typeof buildArguments>) => succeed(...buildArguments(...given));

  beforeAll(async () => {
    npm = await npmArguments();
    context = await closedCheckout();
    const { stdout } = await run(process.execPath, [`${ROOT}dist/main.js`, "--version"]);
    [, revision = "", created = ""] = /revision: ([\w-]+)\)\n.*date: +(\S+)/.exec(stdout) ?? [];
    created = created.replace(/^(\d{4})(\d\d)(\d\d)-(.*)$/, "$1-$2-$3T$4Z");
    await importRootfs({ succeed }, rootfs, BARE);
    await importRootfs({ succeed }, await buildRootfs(), BUILD);
    digest = await succeed("image", "inspect", "--format={{.Digest}}", BARE);
    pinned = `${BARE.slice(0, BARE.lastIndexOf(":"))}@${digest}`;
    await build(pinned, IMAGE, [`--build-arg=BASE_NAME=${BARE}`, `--build-arg=BASE_DIGEST=${digest}`]);
  }, SLOW);

  afterAll(close);

  /** Runs JavaScript in the image and gives what it prints as JSON. */
  const evaluate = async (script: string) =>
    JSON.parse(await succeed("run", "--rm", "--network=none", ...HARDENED, "--entrypoint=node", IMAGE, "-e", script));

  test("the manual runs it in a closed container", () => {
    expect(HARDENED).toEqual(
      expect.arrayContaining(["--read-only", "--cap-drop=all", "--security-opt=no-new-privileges"]),
    );
  });

  test("says what it is", async () => {
    const described = z.tuple([
      z.object({
        Config: z.object({
          User: z.string(),
          Entrypoint: z.array(z.string()),
          Cmd: z.null().optional(),
          ExposedPorts: z.record(z.string(), z.unknown()),
          Labels: z.record(z.string(), z.string()),
        }),
      }),
    ]);
    const [{ Config: config }] = described.parse(JSON.parse(await succeed("image", "inspect", IMAGE)));
    const { version, description, license } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(config).toMatchObject({
      User: "65532:65532",
      Entrypoint: ["node", "/app/dist/main.js"],
      ExposedPorts: { "10900/tcp": {} },
      Labels: {
        "org.opencontainers.image.title": "peer-exporter",
        "org.opencontainers.image.description": description,
        "org.opencontainers.image.licenses": license,
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.revision": revision,
        "org.opencontainers.image.created": created,
        "org.opencontainers.image.base.name": BARE,
        "org.opencontainers.image.base.digest": digest,
        "io.github.peer-exporter.build.image": BUILD,
      },
    });
  });

  test("cannot be built with the digest of another base image", async () => {
    const other = `sha256:${"0".repeat(64)}`;
    for (const [image, ...claims] of [
      [BARE, `BASE_DIGEST=${digest}`],
      [pinned, `BASE_NAME=${BARE}`, `BASE_DIGEST=${other}`],
    ]) {
      const args = claims.map((claim) => `--build-arg=${claim}`);
      const { code, output } = await podman(...buildArguments(image ?? "", `${IMAGE}-false`, args));
      expect([claims, code === 0, output]).toEqual([
        claims,
        false,
        expect.stringContaining("RUN_IMAGE is not BASE_NAME@BASE_DIGEST"),
      ]);
    }
  });

  test("holds what runs, its rules, dashboards, licences and bill of materials, and nothing else, in less than 25 MB", async () => {
    const files: Record<string, number> = await evaluate(`
      const { readdirSync, statSync } = require("node:fs");
      const files = readdirSync("/app", { recursive: true }).map((file) => [file, statSync("/app/" + file)]);
      console.log(JSON.stringify(Object.fromEntries(files.filter(([, s]) => s.isFile()).map(([f, s]) => [f, s.size]))));
    `);
    const list = (folder: string) => readdirSync(join(ROOT, folder)).map((file) => `${folder}/${file}`);
    expect(Object.keys(files).sort()).toEqual(
      [
        ...["LICENSE", "config.example.yaml", "config.schema.json", "package.json", "sbom.cdx.json"],
        ...["prometheus/alerts.yaml", "prometheus/rules.yaml"],
        ...list("grafana/dashboards"),
        ...list("dist"),
      ].sort(),
    );
    expect(Object.values(files).reduce((sum, size) => sum + size, 0)).toBeLessThan(25e6);
    const sizeOf = async (image: string) => Number(await succeed("image", "inspect", "--format={{.Size}}", image));
    expect((await sizeOf(IMAGE)) - (await sizeOf(BARE))).toBeLessThan(25e6);
  });

  test("was built from a clone made under umask 077, and every user can read it, and nobody but root write", async () => {
    const modes: Record<string, string> = await evaluate(`
      const { readdirSync, statSync } = require("node:fs");
      const files = ["", ...readdirSync("/app", { recursive: true })].map((file) => [file, statSync("/app/" + file)]);
      console.log(JSON.stringify(Object.fromEntries(files.map(([f, s]) =>
        [f, [s.isFile(), s.uid, s.gid, (s.mode & 0o7777).toString(8)].join()]))));
    `);
    expect(new Set(Object.values(modes))).toEqual(new Set(["false,0,0,755", "true,0,0,644"]));
  });

  test("its bill of materials names the libraries whose licences it has", async () => {
    const [sbom, licences] = await evaluate(`
      const { readFileSync } = require("node:fs");
      const read = (file) => readFileSync("/app/" + file, "utf8");
      console.log(JSON.stringify([read("sbom.cdx.json"), read("dist/THIRD-PARTY-LICENSES.txt")]));
    `);
    const { components } = z
      .object({ components: z.array(z.object({ name: z.string(), version: z.string() })) })
      .parse(JSON.parse(sbom));
    const named = components.map(({ name, version }) => `${name} ${version}`);
    expect(named.sort()).toEqual(
      librariesOf(licences)
        .map(({ name, version }) => `${name} ${version}`)
        .sort(),
    );
  });

  test("its program is, byte for byte, what a build outside of containers makes", async () => {
    const hash = `
      const { readdirSync, readFileSync } = require("node:fs");
      const { createHash } = require("node:crypto");
      const sha256 = (file) => createHash("sha256").update(readFileSync(folder + file)).digest("hex");
      console.log(JSON.stringify(readdirSync(folder).sort().map((file) => [file, sha256(file)])));
    `;
    const { stdout } = await run(process.execPath, ["-e", `const folder = ${JSON.stringify(`${ROOT}dist/`)};${hash}`]);
    expect(await evaluate(`const folder = "/app/dist/";${hash}`)).toEqual(JSON.parse(stdout));
  });

  describe("with a read-only root, without capabilities, as an unprivileged user", () => {
    let program: RunningProgram;
    let url: string;

    beforeAll(async () => {
      const address = `127.0.0.1:${await freePort()}`;
      url = `http://${address}`;
      program = await start(
        "--name=demo",
        "--network=host",
        ...HARDENED,
        IMAGE,
        "demo",
        `--web.listen-address=${address}`,
      );
      await untilReady({ url, program });
    });

    test("that is how it runs", async () => {
      const script = `
        const { readFileSync, writeFileSync } = require("node:fs");
        const write = (path) => { try { writeFileSync(path, ""); return "written"; } catch ({ code }) { return code; } };
        const status = Object.fromEntries([...readFileSync("/proc/1/status", "utf8").matchAll(/^(\\w+):\\t(.*)$/gm)].map(([, k, v]) => [k, v]));
        const { Uid, Gid, CapEff, CapPrm, CapBnd, NoNewPrivs } = status;
        console.log(JSON.stringify({ Uid, Gid, CapEff, CapPrm, CapBnd, NoNewPrivs, writes: ["/x", "/tmp/x", "/app/x"].map(write) }));
      `;
      const none = "0".repeat(16);
      expect(JSON.parse(await succeed("exec", "demo", "node", "-e", script))).toEqual({
        ...{ Uid: "65532\t65532\t65532\t65532", Gid: "65532\t65532\t65532\t65532", NoNewPrivs: "1" },
        ...{ CapEff: none, CapPrm: none, CapBnd: none, writes: ["EROFS", "EROFS", "EROFS"] },
      });
      expect((await podman("exec", "demo", "sh", "-c", "true")).code).not.toBe(0);
    });

    test("serves nodes of all chains, rules and dashboards", async () => {
      const page = parseText(await (await fetch(`${url}/metrics`)).text());
      expect(page.families.map(({ name }) => name)).toContain("p2p_node_up");
      expect((await fetch(`${url}/rules`)).status).toBe(200);
      expect((await fetch(`${url}/dashboards/peer-exporter-fleet.json`)).status).toBe(200);
    });

    test("the health check of the image finds it, whatever address it was given", async () => {
      expect(await podman("healthcheck", "run", "demo")).toMatchObject({ code: 0 });
      expect(await succeed("exec", "demo", "node", "/app/dist/main.js", "healthcheck")).toBe(
        `healthy: /-/healthy of ${url.slice("http://".length)} answered`,
      );
    });

    test.skipIf(prometheusServer === undefined)("a real Prometheus finds it up", async () => {
      const prometheus = await startPrometheus({ targets: [url.slice("http://".length)] });
      const up = await waitFor(
        async () => {
          const found = await prometheus.query('p2p_node_up{target="wire-1"} == 1 and on (instance) up == 1');
          return found.length > 0 && found;
        },
        "a sample of the demo",
        { timeoutMs: 60_000 },
      );
      expect(up[0]?.metric).toMatchObject({ chain: "wire", simulated: "true" });
      await prometheus.stop();
    });

    test("ends with 0 on SIGTERM", async () => {
      expect(await program.stop()).toBe(0);
    });
  });

  test("a configuration and a secret are mounted, and checked before use", async () => {
    const folder = tempFolder();
    const auth = "auth: {digest: {username: monitor, password_file: /run/secrets/monerod}}";
    writeFileSync(
      join(folder, "config.yaml"),
      `nodes: [{name: a, chain: monero, url: "http://127.0.0.1:1", ${auth}}]\n`,
    );
    writeFileSync(join(folder, "secret"), "hunter2\n");
    const mounts = [
      "-v",
      `${folder}/config.yaml:/etc/peer-exporter/config.yaml:ro`,
      "-v",
      `${folder}/secret:/run/secrets/monerod:ro`,
    ];
    const command = ["run", "--rm", "--network=none", ...HARDENED, ...mounts, IMAGE];
    expect(await succeed(...command, "check", "--config.file=/etc/peer-exporter/config.yaml")).toBe(
      "/etc/peer-exporter/config.yaml: valid, 1 node",
    );
  });

  test("listens on its own port on all addresses, where the health check looks for it", async () => {
    const program = await start(
      "--name=alone",
      "--network=none",
      ...HARDENED,
      IMAGE,
      "--node=a=wire+http://127.0.0.1:1",
    );
    await waitFor(async () => (await podman("healthcheck", "run", "alone")).code === 0, "its health", {
      timeoutMs: 60_000,
      program,
    });
    expect(await program.stop()).toBe(0);
  });

  test(
    "runs as well on a base that has Node in /usr/local/bin, as Debian's has",
    async () => {
      const name = `${IMAGE}-debian`;
      await build(BUILD, name);
      // Nobody said which digest that is.
      expect(JSON.parse(await succeed("image", "inspect", "--format={{json .Config.Labels}}", name))).toMatchObject({
        "org.opencontainers.image.base.name": BUILD,
        "org.opencontainers.image.base.digest": "unknown",
      });
      expect(await succeed("run", "--rm", "--network=none", ...HARDENED, `${IMAGE}-debian`, "--version")).toMatch(
        /^peer-exporter, version \d+\.\d+\.\d+ \(revision: [\w-]+\)\n/,
      );
    },
    SLOW,
  );
});
