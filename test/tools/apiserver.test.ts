import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../tools/repository.ts";
import { run, tempFolder } from "../support/servers.ts";

/** `npm run test:apiserver` with programs of ours on PATH: what it finds, builds, and gives to the tests. */

async function start(folder: string, programs: Readonly<Record<string, string>>, ...flags: readonly string[]) {
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const env = { PATH: folder, XDG_CACHE_HOME: join(folder, "cache"), PROMETHEUS_OPERATOR_CRDS: undefined };
  return await run(process.execPath, [join(ROOT, "tools/run.mjs"), "apiserver.ts", ...flags], { cwd: ROOT, env });
}

const NPX = 'echo "$@"; echo "$KUBE_APISERVER" "$ETCD" "$PROMETHEUS_OPERATOR_CRDS"; exit 3';

test("without programs and Go it is skipped with words, or a failure where it must not be skipped", async () => {
  const { code, stdout } = await start(tempFolder(), { npx: NPX });
  expect(stdout.split("\n")).toEqual([
    "skipped",
    expect.stringMatching(/^KUBE_APISERVER: not on PATH, and there is no Go .*; put kube-apiserver of /),
    expect.stringMatching(/^ETCD: not on PATH, .*; put etcd of /),
    expect.stringMatching(/^PROMETHEUS_OPERATOR_CRDS: Go is not on PATH; set PROMETHEUS_OPERATOR_CRDS /),
    "",
  ]);
  expect(code).toBe(0);
  expect((await start(tempFolder(), { npx: NPX }, "--all")).code).toBe(1);
});

test("what is built goes to the tests, whose exit code is the result", async () => {
  const folder = tempFolder();
  const source = join(folder, "source");
  mkdirSync(source);
  const replaced = "\tk8s.io/api => ./staging/src/k8s.io/api\n\texample.org/fork => example.org/other v1.2.3\n";
  writeFileSync(
    join(source, "go.mod"),
    `module x\n\ngo 1.26.0\n\ngodebug default=go1.26\n\nreplace (\n${replaced})\nreplace go.etcd.io/etcd/api/v3 => ../api\n`,
  );
  const go = `case $1 in
mod) echo '{"Dir": "${source}"}' ;;
build) while [ "$1" != -o ]; do shift; done; echo '#!/bin/sh' >"$2"; /bin/chmod +x "$2" ;;
esac`;
  const { code, stdout } = await start(folder, { npx: NPX, go });
  const cache = join(folder, "cache/peer-exporter/tools");
  const built = readdirSync(cache).filter((name) => !name.startsWith("module-"));
  const [apiServer, etcd] = ["kube-apiserver-v", "etcd-v"].map((start) => built.find((name) => name.startsWith(start)));
  expect(stdout.split("\n")).toEqual([
    "vitest run --project e2e test/e2e/kubernetes/apiserver.test.ts",
    `${cache}/${apiServer} ${cache}/${etcd} ${source}/example/prometheus-operator-crd`,
    "",
  ]);
  expect(code).toBe(3);

  const [module = ""] = readdirSync(cache).filter((name) => name.startsWith("module-k8s.io-kubernetes-"));
  const version = module.split("-").at(-1) ?? "";
  const sibling = version.replace("v1", "v0");
  expect(readFileSync(join(cache, module, "go.mod"), "utf8").split("\n")).toEqual([
    "module local",
    "go 1.26.0",
    "godebug default=go1.26",
    `require k8s.io/kubernetes ${version}`,
    `replace k8s.io/api => k8s.io/api ${sibling}`,
    `replace go.etcd.io/etcd/api/v3 => go.etcd.io/etcd/api/v3 ${sibling}`,
    "",
  ]);
});
