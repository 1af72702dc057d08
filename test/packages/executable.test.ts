import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { NODE_VERSION } from "../../scripts/packages/node-binaries.mjs";
import { parseText } from "../support/exposition-parser.ts";
import { freePort, run, startProcess, waitFor } from "../support/servers.ts";
import { beside, inRoot, rootOfArm64, rootOfThisMachine, stopInRoot, writeInto } from "./executable-root.ts";
import { lacking, made, ROOT, VERSION } from "./support.ts";

/** The executables, where there is neither Node.js nor anything else but the libraries that they name. Needs root. */

const PROGRAMS = [
  ["unshare", "util-linux"],
  ["nsenter", "util-linux"],
  ["chroot", "coreutils"],
  ["ldd", "libc-bin"],
  ["dpkg-deb", "dpkg"],
] as const;
const EMULATOR = ["qemu-aarch64-static", "qemu-user-static"] as const;

const ALL = [
  { arch: "x64", platform: "linux/amd64", rootOf: rootOfThisMachine, emulator: [], programs: PROGRAMS },
  {
    ...{ arch: "arm64", platform: "linux/arm64", rootOf: rootOfArm64, emulator: ["/emulator"] },
    programs: [...PROGRAMS, EMULATOR],
  },
].map((one) => ({ ...one, reason: lacking(`tests of the executable linux-${one.arch}`, one.programs) }));

const CONFIG = `nodes:
  - {name: one, chain: monero, url: "http://127.0.0.1:9"}
`;

describe.each(ALL.filter(({ reason }) => reason === undefined))(
  "linux-$arch",
  ({ arch, platform, rootOf, emulator }) => {
    let root: string;
    beforeAll(() => {
      root = rootOf(made(`peer-exporter-${VERSION}-linux-${arch}`));
      writeInto(root, "config.yaml", CONFIG);
      writeInto(root, "web.yaml", `basic_auth_users: {reader: "${hashSync("secret", 4)}"}\n`);
    });

    const start = (...args: readonly string[]) => {
      const [command = "", ...rest] = inRoot(root, args, emulator);
      return startProcess(command, rest);
    };
    const runThere = async (...args: readonly string[]) => {
      const program = await start(...args);
      return { code: await program.exited, output: program.output() };
    };

    test("tells its versions", async () => {
      const { code, output } = await runThere("--version");
      expect(output).toMatch(new RegExp(`^peer-exporter, version ${VERSION} `));
      expect(output).toContain(`nodejs version:   v${NODE_VERSION}`);
      expect(output).toContain(platform);
      expect(code).toBe(0);
    });

    test("checks a configuration", async () => {
      const { code, output } = await runThere("check", "--config.file=/config.yaml");
      expect([code, output]).toEqual([0, expect.stringContaining("1 node")]);
    });

    test("exits with the code that an earlier process could not exit with", async () => {
      expect(await runThere("exit-with-code:143")).toEqual({ code: 143, output: "" });
    });

    test("serves the pages of a demo to a user with a password, and stops", async () => {
      const port = await freePort();
      const exporter = await start("demo", `--web.listen-address=127.0.0.1:${port}`, "--web.config.file=/web.yaml");
      onTestFinished(async () => void (await stopInRoot(exporter)));
      const get = (path: string, password = "secret") =>
        fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Basic ${btoa(`reader:${password}`)}` } });
      const text = async (path: string) => (await get(path)).text();
      const page = await waitFor(
        async () => {
          const found = await text("/metrics");
          return /^p2p_node_up\{target="wire-1",.*\} 1$/m.test(found) && found;
        },
        "the demo to poll",
        { timeoutMs: 200_000, program: exporter },
      );
      expect(parseText(page).families.length).toBeGreaterThan(50);
      expect((await get("/metrics", "wrong")).status).toBe(401);
      const name = "grafana/dashboards/peer-exporter-fleet.json";
      expect(await text("/dashboards/peer-exporter-fleet.json")).toBe(readFileSync(join(ROOT, name), "utf8"));
      expect(await text("/rules")).toContain("alert: P2PNodeDown");
      expect(await text("/")).toContain("wire-2-lagging");
      expect(await stopInRoot(exporter)).toBe(0);
    });
  },
);

describe.skipIf(ALL[0]?.reason !== undefined)("linux-x64, as process 1 of a container", () => {
  const executable = () => made(`peer-exporter-${VERSION}-linux-x64`);

  test("is found by a health check", async () => {
    const root = rootOfThisMachine(executable());
    const port = await freePort();
    const [command = "", ...args] = inRoot(root, ["demo", `--web.listen-address=127.0.0.1:${port}`]);
    const exporter = await startProcess(command, args);
    onTestFinished(async () => void (await stopInRoot(exporter)));
    await waitFor(() => exporter.output().includes("serving /metrics"), "the demo to listen", { program: exporter });
    const [enter = "", ...words] = beside(exporter, root, ["healthcheck"]);
    expect(await run(enter, words)).toMatchObject({
      code: 0,
      output: `healthy: /-/healthy of 127.0.0.1:${port} answered\n`,
    });
  });
});
