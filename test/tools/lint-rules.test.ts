import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LINTERS } from "../../tools/lint-rules/linters.ts";
import { ROOT } from "../../tools/repository.ts";
import { run, tempFolder } from "../support/servers.ts";

/** `npm run lint:rules` with programs of ours on PATH, which say what we want them to say. */

const TOOL = join(ROOT, "tools/run.mjs");

/** A program of every name, each of which finds nothing wrong. */
const GOOD = { promtool: 'echo "promtool, version 2.42.0"', pint: "", vmalert: "", "vmalert-tool": "" };

/** @param programs shell scripts by their names: all that there is on PATH */
async function lintRules(
  programs: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
  folder = tempFolder(),
) {
  for (const [name, script] of Object.entries(programs)) {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }
  const env = { PATH: folder, XDG_CACHE_HOME: join(folder, "cache") };
  const { code, stdout } = await run(process.execPath, [TOOL, "lint-rules.ts", ...flags], { cwd: ROOT, env });
  const [lines, details] = [/^\S.*/gm, /^ .*/gm].map((pattern) => [...stdout.matchAll(pattern)].map(([line]) => line));
  return { code, lines, details };
}

const lineOf = (lines: readonly string[] | undefined, title: string) =>
  lines?.find((line) => line.slice("skipped  ".length).startsWith(title));

test("it says of each program in one line that it found nothing, or where one gets it that is missing", async () => {
  const { code, lines, details } = await lintRules(GOOD);
  expect(lines).toHaveLength(LINTERS.length);
  expect(lines?.map((line) => line.split(" ")[0])).toEqual(
    LINTERS.map(({ title }) => (title === "promtool 3" ? "skipped" : "ok")),
  );
  expect(lineOf(lines, "promtool 3")).toMatch(/promtool is another version, and there is no Go to build it with; put /);
  expect([code, details]).toEqual([0, []]);
});

test("without any program it skips all of them, which is a failure where all are asked for", async () => {
  const { code, lines } = await lintRules({});
  expect(lines?.filter((line) => !/^skipped {2}[\w -]+: not on PATH.*; (?:put|apt-get) /.test(line))).toEqual([]);
  expect(code).toBe(0);
  expect((await lintRules({}, ["--all"])).code).toBe(1);
  expect((await lintRules({ ...GOOD, promtool: 'echo "promtool, version 3.1"' }, ["--all"])).code).toBe(1);
});

test("a program that fails is shown with what it says", async () => {
  const { code, lines, details } = await lintRules({ ...GOOD, pint: 'echo "smelly selector"; exit 1' });
  expect(lineOf(lines, "pint")).toMatch(/^failed {3}pint \(/);
  expect(details?.join("\n")).toContain("smelly selector");
  expect(lines?.filter((line) => line.startsWith("failed"))).toHaveLength(1);
  expect(code).toBe(1);
});

test.each([
  ["pint", 'echo "level=WARN msg=\\"cannot parse\\""'],
  ["vmalert", 'printf "2026-01-01T00:00:00Z\\twarn\\tapp/vmalert/main.go:1\\tno template\\n" >&2'],
])("a warning of %s is a failure even if its exit code is 0", async (name, script) => {
  const { code, lines } = await lintRules({ ...GOOD, [name]: script });
  expect(lineOf(lines, name)).toMatch(/^failed /);
  expect(code).toBe(1);
});

test("each program gets files that exist, the rules of the operator as plain rules", async () => {
  const look = (suffix: string) =>
    `for each in "$@"; do case "$each" in *.yaml) while read -r line; do case "$line" in groups:*) echo "$each ${suffix}";; esac; done <"\${each#-rule=}";; esac; done; exit 1`;
  const { details } = await lintRules({ ...GOOD, pint: look("has groups") });
  const found = details?.filter((line) => line.endsWith("has groups")).map((line) => line.replace(/^.*\//, ""));
  expect(found).toEqual(["alerts.yaml", "rules.yaml", "prometheusrule.yaml"].map((name) => `${name} has groups`));
});

test("a program is built once, from the module with the version that stands in the list, and then taken from the cache", async () => {
  const folder = tempFolder();
  const go = `echo "$@" >>${folder}/calls
case $1 in
mod) echo '{"Dir": "/source"}' ;;
build) while [ "$1" != -o ]; do shift; done; echo '#!/bin/sh' >"$2"; /bin/chmod +x "$2" ;;
esac`;
  const good = { ...GOOD, go };
  expect(lineOf((await lintRules(good, [], folder)).lines, "promtool 3")).toMatch(/^ok {7}promtool 3 \(v[\d.]+\)$/);
  const calls = readFileSync(join(folder, "calls"), "utf8");
  expect(calls).toMatch(/^mod download -json github\.com\/prometheus\/prometheus@v[\d.]+\nbuild -C \/source .*\n$/);

  expect((await lintRules(good, ["--all"], folder)).code).toBe(0);
  expect(readFileSync(join(folder, "calls"), "utf8")).toBe(calls);
});

test("what cannot be built is skipped with the last words of Go", async () => {
  const go = 'echo "{}"; echo "dial tcp: no route" >&2; exit 1';
  const { code, lines } = await lintRules({ ...GOOD, go });
  expect(lineOf(lines, "promtool 3")).toMatch(/^skipped .*cannot be built: dial tcp: no route; put /);
  expect(code).toBe(0);
});
