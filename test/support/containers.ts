import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findServer, type RunningProgram, run, startProcess, tempFolder } from "./servers.ts";

/** Containers by podman, in a store of their own: images and containers of this machine are neither seen nor touched. */
export type Containers = {
  podman(...args: readonly string[]): Promise<{ code: number; stdout: string; output: string }>;
  /** The same for what must succeed. Gives stdout without the end of its last line. */
  succeed(...args: readonly string[]): Promise<string>;
  /** `podman run` in the foreground, which hands signals on and ends with the code of the container. */
  start(...args: readonly string[]): Promise<RunningProgram>;
  close(): Promise<void>;
};

/** Where none can be run, the tests that want one are skipped. */
export const NO_CONTAINERS: Containers = {
  podman: () => Promise.reject(new Error("no containers here")),
  succeed: () => Promise.reject(new Error("no containers here")),
  start: () => Promise.reject(new Error("no containers here")),
  close: async () => {},
};

const INSTALL = "apt-get install podman runc catatonit";

/**
 * Missing programs can be installed, so their lack fails in CI. Missing rights cannot: where the system does not let us run
 * a container, that is said, and the tests are skipped everywhere.
 * @param rootfs the folder of a system that has the program
 */
export async function openContainers(rootfs: string, program: readonly string[]): Promise<Containers | undefined> {
  // crun, which podman prefers, starts nothing beside a hybrid tree of cgroups.
  const runtime = findServer("runc", INSTALL);
  if (findServer("podman", INSTALL) === undefined || runtime === undefined) return undefined;
  const containers = connect(runtime);
  const { code, output } = await containers.podman("run", "--rm", "--network=none", "--rootfs", rootfs, ...program);
  if (code === 0) return containers;
  process.stderr.write(
    `tests that run containers are skipped: user ${process.getuid?.()} may not run one on this machine ` +
      `(podman ended with ${code}: ${output.trim().slice(-500)})\n`,
  );
  await containers.close();
  return undefined;
}

function connect(runtime: string): Containers {
  const folder = tempFolder();
  const configuration = join(folder, "containers.conf");
  // podman's own limits may be higher than the limits of this machine.
  writeFileSync(
    configuration,
    `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
`,
  );
  const store = ["--root", join(folder, "root"), "--runroot", join(folder, "run"), "--runtime", runtime];
  const options = { env: { CONTAINERS_CONF: configuration } };
  const podman: Containers["podman"] = (...args) => run("podman", [...store, ...args], options);
  return {
    podman,
    async succeed(...args) {
      const { code, stdout, output } = await podman(...args);
      if (code !== 0) throw new Error(`podman ${args.join(" ")} ended with ${code}:\n${output.slice(-4000)}`);
      return stdout.trimEnd();
    },
    // What a killed test leaves behind ends by itself.
    start: (...args) => startProcess("podman", [...store, "run", "--rm", "--timeout=600", ...args], options),
    async close() {
      await podman("pod", "rm", "--all", "--force", "--time=0");
      await podman("rm", "--all", "--force", "--time=0");
      await podman("rmi", "--all", "--force");
      await podman("volume", "prune", "--force");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
