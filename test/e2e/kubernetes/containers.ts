import { cpSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../../kubernetes/generated.ts";
import { findProgram, requireProgram, run, tempFolder } from "../../support/servers.ts";

/** Containers by podman, in a store of their own: those of this machine are neither seen nor touched. */
export type Podman = {
  readonly run: (...args: readonly string[]) => Promise<{ code: number; stdout: string; output: string }>;
  /** The same for what must succeed. Gives stdout. */
  readonly succeed: (...args: readonly string[]) => Promise<string>;
  readonly close: () => Promise<void>;
};

/** Where podman or the right to run containers is missing, that is said, and the tests are skipped, in CI too. */
export async function openPodman(): Promise<Podman | undefined> {
  const missing = ["podman", "runc"].filter((program) => findProgram(program) === undefined);
  if (missing.length > 0) return skipped(`${missing.join(" and ")} not on PATH (apt-get install podman runc)`);
  const podman = connect();
  const folder = await rootfs({ programs: { "bin/true": requireProgram("true") } });
  const { code, output } = await podman.run("run", "--rm", "--network=none", "--rootfs", folder, "/bin/true");
  if (code === 0) return podman;
  await podman.close();
  return skipped(`podman ended with ${code}: ${output.trim().slice(-500)}`);
}

function skipped(why: string): undefined {
  process.stderr.write(`tests that run containers are skipped: ${why}\n`);
  return undefined;
}

function connect(): Podman {
  const folder = tempFolder();
  const configuration = join(folder, "containers.conf");
  // podman's own limits may be higher than the limits of this machine; without systemd nobody else keeps cgroups and logs.
  const limits = `default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]`;
  writeFileSync(
    configuration,
    `[containers]\n${limits}\n[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n`,
  );
  // crun, which podman prefers, starts nothing beside a hybrid tree of cgroups.
  const store = ["--root", join(folder, "root"), "--runroot", join(folder, "run"), "--runtime", requireProgram("runc")];
  const podman: Podman["run"] = (...args) =>
    run("podman", [...store, ...args], { env: { CONTAINERS_CONF: configuration } });
  return {
    run: podman,
    async succeed(...args) {
      const { code, stdout, output } = await podman(...args);
      if (code !== 0) throw new Error(`podman ${args.join(" ")} ended with ${code}:\n${output.slice(-4000)}`);
      return stdout;
    },
    async close() {
      await podman("pod", "rm", "--all", "--force", "--time=0");
      await podman("rm", "--all", "--force", "--time=0");
      await podman("rmi", "--all", "--force");
      await podman("volume", "prune", "--force");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Contents = {
  /** Programs of this machine by their place in the image; the libraries that they need come along. */
  readonly programs: Readonly<Record<string, string>>;
  /** Files and folders by their place in the image. */
  readonly files?: Readonly<Record<string, string>>;
};

/** No image can be pulled everywhere: ours are made of this machine's own files. */
async function rootfs({ programs, files = {} }: Contents): Promise<string> {
  const folder = tempFolder();
  const add = (from: string, to: string) => {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    cpSync(realpathSync(from), join(folder, to), { recursive: true });
  };
  for (const [to, from] of Object.entries(programs)) {
    add(from, to);
    const { stdout } = await run("ldd", [realpathSync(from)]);
    for (const [library] of stdout.matchAll(/\/\S+(?= \(0x)/g)) add(library, library);
  }
  for (const [to, from] of Object.entries(files)) add(from, to);
  mkdirSync(join(folder, "etc"), { recursive: true });
  mkdirSync(join(folder, "tmp"), { mode: 0o1777, recursive: true });
  return folder;
}

async function importImage(
  { succeed }: Podman,
  name: string,
  contents: Contents,
  changes: readonly string[],
  owned: Readonly<Record<string, number>> = {},
): Promise<void> {
  const folder = await rootfs(contents);
  for (const [path, uid] of Object.entries(owned)) {
    mkdirSync(join(folder, path), { recursive: true });
    await run("chown", [`${uid}:${uid}`, join(folder, path)]);
  }
  const archive = join(tempFolder(), "rootfs.tar");
  const { code, output } = await run("tar", ["-c", "-f", archive, "-C", folder, "."]);
  if (code !== 0) throw new Error(`tar ended with ${code}: ${output}`);
  await succeed("import", "--quiet", ...changes.map((change) => `--change=${change}`), archive, name);
  rmSync(archive);
}

/** Stands for the image of the Dockerfile: the same program and entry point on another base. */
export async function importExporter(podman: Podman, name: string): Promise<void> {
  const shipped = ["package.json", "dist", "grafana/dashboards", "prometheus/rules.yaml", "prometheus/alerts.yaml"];
  await importImage(
    podman,
    name,
    {
      programs: { "usr/bin/node": process.execPath },
      files: Object.fromEntries(shipped.map((path) => [`app/${path}`, root + path])),
    },
    ["USER 65532:65532", 'ENTRYPOINT ["/usr/bin/node", "/app/dist/main.js"]'],
  );
}

/** An image as an operator has one: the program, and a folder that its user may write to. */
export async function importMonerod(podman: Podman, name: string): Promise<void> {
  const path = ["ENV PATH=/usr/bin"];
  await importImage(podman, name, { programs: { "usr/bin/monerod": requireProgram("monerod") } }, path, { data: 1000 });
}
