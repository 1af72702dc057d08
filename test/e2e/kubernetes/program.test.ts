import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { exporterOf, filesOf, golden, renderings, workloadsOf } from "../../kubernetes/manifests.ts";
import { expanded, withSecrets } from "../../kubernetes/pod.ts";
import { PROGRAM } from "../../support/exporter.ts";
import { run, startProcess, tempFolder, waitFor } from "../../support/servers.ts";

const probe = z.looseObject({ httpGet: z.looseObject({ path: z.string() }) });
const probes = z.looseObject({ startupProbe: probe, livenessProbe: probe, readinessProbe: probe });

const CONFIG = "--config.file=/etc/peer-exporter/config.yaml";

/** The flags and the environment of the container, with the files of its ConfigMap and Secrets in a temporary folder. */
function prepared(name: string) {
  const manifests = golden(name);
  const [workload] = workloadsOf(manifests);
  const exporter = workload && exporterOf(workload.spec.template);
  if (workload === undefined || exporter === undefined) throw new Error(`no exporter in ${name}`);
  const { args, env } = expanded(workload, exporter);
  const configMap = workload.spec.template.spec.volumes.find((volume) => volume.configMap !== undefined)?.configMap
    ?.name;
  const folder = tempFolder();
  const file = join(folder, "config.yaml");
  if (configMap !== undefined) {
    mkdirSync(join(folder, "secrets"));
    writeFileSync(file, withSecrets(filesOf(manifests, configMap)["config.yaml"] ?? "", join(folder, "secrets")));
  }
  expect(args.includes(CONFIG)).toBe(configMap !== undefined);
  // TLS and users have tests of their own; here the file of the Secret is empty.
  const web = join(folder, "web.yaml");
  writeFileSync(web, "{}\n");
  return {
    probes: probes.parse(exporter),
    args: args.map((arg) =>
      arg === CONFIG ? `--config.file=${file}` : arg.replace(/^--web\.config\.file=.*/, `--web.config.file=${web}`),
    ),
    env: { ...env, WIRE_TOKEN: "token" },
  };
}

describe.each(renderings.filter(({ name }) => name !== "helm-sidecars"))(
  "the program as $name starts it",
  ({ name }) => {
    const { probes: paths, args, env } = prepared(name);

    test("peer-exporter check takes its flags", async () => {
      const flags = args.filter((arg) => /^--(?:config\.file|node|shard)=/.test(arg));
      const { code, output } = await run(process.execPath, [PROGRAM, "check", ...flags], { env });
      expect(code, output).toBe(0);
      expect(output).toContain(": valid, ");
    });

    test("it starts, and its probes are answered", async () => {
      const program = await startProcess(process.execPath, [PROGRAM, ...args, "--web.listen-address=127.0.0.1:0"], {
        env,
      });
      const url = await waitFor(
        () => /"listen":\["(http:[^"]+)"/.exec(program.output())?.[1],
        "the exporter to listen",
        { timeoutMs: 30_000, program },
      );
      const statusOf = async ({ httpGet: { path } }: z.infer<typeof probe>) => (await fetch(url + path)).status;
      expect(await statusOf(paths.startupProbe)).toBe(200);
      expect(await statusOf(paths.livenessProbe)).toBe(200);
      // No node is there, and yet it becomes ready, with the first poll of each.
      await waitFor(async () => (await statusOf(paths.readinessProbe)) === 200, "the exporter to be ready", {
        timeoutMs: 60_000,
      });
      expect(await program.stop()).toBe(0);
    });
  },
);
