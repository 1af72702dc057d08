import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import * as z from "zod";
import { exporterOf, golden, type Workload, workloadsOf } from "../../kubernetes/manifests.ts";
import { expanded } from "../../kubernetes/pod.ts";
import { bareRootfs } from "../../support/base-image.ts";
import { NO_CONTAINERS, openContainers } from "../../support/containers.ts";
import { find, parseText, value } from "../../support/exposition-parser.ts";
import { guardProcess } from "../../support/leftovers.ts";
import { findServer, tempFolder, waitFor } from "../../support/servers.ts";
import { importExporter, importMonerod, NODE } from "./containers.ts";

const monerod = findServer("monerod", "apt-get install monero");
const containers = monerod === undefined ? undefined : await openContainers(await bareRootfs(), [NODE, "--version"]);

/**
 * The first pod of a StatefulSet, as Kubernetes would make it, but for what podman 4.3 lacks: native sidecars (so the
 * sidecar is one of the containers), $(NAME) in arguments (so it is replaced here), volume claims (so the node's data is in
 * an emptyDir), and ports in a pod that has no network (so they are not declared).
 */
function firstPod(workload: Workload): unknown {
  const {
    metadata,
    spec: { template },
  } = workload;
  const { initContainers, containers, volumes, ...spec } = template.spec;
  const both = [...containers, ...initContainers].map((container) => {
    const { restartPolicy: _, ports: __, ...rest } = container;
    return { ...rest, args: expanded(workload, container).args };
  });
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name: `${metadata.name}-0` },
    // What a test stops stays stopped, and what a killed test leaves can be killed.
    spec: { ...spec, restartPolicy: "Never", containers: both, volumes: [...volumes, { name: "data", emptyDir: {} }] },
  };
}

describe.skipIf(containers === undefined)("the monerod example as a pod of podman", () => {
  const [workload] = workloadsOf(golden("example-monerod"));
  const { succeed, podman, close } = containers ?? NO_CONTAINERS;
  const ask = async (path: string) => {
    const script = `
      const answer = await fetch("http://127.0.0.1:10900${path}");
      process.stdout.write(JSON.stringify({ status: answer.status, text: await answer.text() }));
    `;
    const node = ["exec", "monerod-0-peer-exporter", NODE, "--input-type=module", "--eval", script];
    return z.object({ status: z.number(), text: z.string() }).parse(JSON.parse(await succeed(...node)));
  };

  beforeAll(async () => {
    const exporter = workload && exporterOf(workload.spec.template);
    const [node] = workload?.spec.template.spec.containers ?? [];
    if (containers === undefined || !workload || !exporter || !node) throw new Error("no sidecar to run");
    await importExporter(containers, exporter.image);
    await importMonerod(containers, node.image);
    const file = join(tempFolder(), "pod.yaml");
    writeFileSync(file, stringify(firstPod(workload)));
    // The two see each other on localhost and nobody else, so nothing here depends on a network.
    await succeed("kube", "play", "--network=none", file);
    for (const container of (await succeed("ps", "--quiet")).split("\n").filter(Boolean)) {
      const pids = await succeed("inspect", "--format={{.State.ConmonPid}} {{.State.Pid}}", container);
      for (const pid of pids.trim().split(" ")) guardProcess(Number(pid));
    }
  });

  afterAll(close, 120_000);

  test("the exporter shows the node up, under the name of its pod", async () => {
    const page = await waitFor(
      async () => {
        const { text } = await ask("/metrics");
        const now = parseText(text);
        const isUp = value(now, "p2p_node_up", { target: "monerod-0" }) === 1;
        // A monerod that starts tells its peers before its head.
        return isUp && find(now, "p2p_node_head_height").length > 0 ? now : undefined;
      },
      "monerod to answer the exporter",
      { timeoutMs: 90_000 },
    ).catch(async (error: Error) => {
      const logs = await podman("logs", "monerod-0-peer-exporter");
      throw new Error(`${error.message}\n${logs.output.slice(-2000)}`);
    });
    expect(value(page, "p2p_node_head_height", { target: "monerod-0", chain: "monero" })).toBeGreaterThanOrEqual(1);
    expect(value(page, "p2p_node_info", { target: "monerod-0", network: "mainnet" })).toBe(1);
  });

  test("its probes are answered", async () => {
    expect((await ask("/-/healthy")).status).toBe(200);
    expect((await ask("/-/ready")).status).toBe(200);
  });

  test("it runs as an unprivileged user, without capabilities, on a root that it cannot write to", async () => {
    const status = await succeed(
      "exec",
      "monerod-0-peer-exporter",
      NODE,
      "-p",
      "fs.readFileSync('/proc/1/status', 'utf8')",
    );
    const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, "m").exec(status)?.[1];
    expect(field("Uid")).toBe(["65532", "65532", "65532", "65532"].join("\t"));
    expect([field("CapEff"), field("CapBnd"), field("NoNewPrivs")]).toEqual(["0".repeat(16), "0".repeat(16), "1"]);
    const write = await podman("exec", "monerod-0-peer-exporter", NODE, "-e", "fs.writeFileSync('/app/x', '')");
    expect(write.output).toContain("EROFS");
  });

  test("when the node stops the exporter goes on and says so", async () => {
    await succeed("kill", "--signal=KILL", "monerod-0-monerod");
    await waitFor(
      async () => value(parseText((await ask("/metrics")).text), "p2p_node_up", { target: "monerod-0" }) === 0,
      "the node to be down",
      { timeoutMs: 60_000 },
    );
    expect((await ask("/-/ready")).status).toBe(200);
  });
});
