// lint-rules.ts
// lint-rules/linters.ts
import { spawnSync, spawnSync as spawnSync3 } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as join3 } from "node:path";
import { parse, stringify } from "yaml";
import * as z2 from "zod";

var PROMTOOL_3 = "0.316.0";
var VICTORIA_METRICS = "v1.151.0";
function promtoolMajor(path) {
  const { stdout, stderr } = spawnSync(path, ["--version"], { encoding: "utf8" });
  return Number(/version v?(\d+)\./.exec(`${stdout}${stderr}`)?.[1] ?? Number.NaN);
}
var promtoolCalls = ({ rules, tests }) => [
  ["check", "rules", "--lint=all", "--lint-fatal", ...rules],
  ["test", "rules", ...tests],
];
var LINTERS = [
  {
    title: "promtool 2",
    program: {
      name: "promtool",
      accepts: (path) => promtoolMajor(path) === 2,
      install: "apt-get install prometheus",
    },
    calls: promtoolCalls,
  },
  {
    title: "promtool 3",
    program: {
      name: "promtool",
      accepts: (path) => promtoolMajor(path) >= 3,
      source: {
        module: "github.com/prometheus/prometheus",
        version: `v${PROMTOOL_3}`,
        folder: "./cmd/promtool",
        // Service discovery has most of its dependencies, and promtool needs none of it for rules.
        flags: ["-tags=remove_all_sd"],
      },
      install: "put promtool of https://prometheus.io/download/ on PATH",
    },
    calls: promtoolCalls,
  },
  {
    title: "pint",
    program: {
      name: "pint",
      source: { module: "github.com/cloudflare/pint", version: "v0.87.0", folder: "./cmd/pint" },
      install: "put pint of https://github.com/cloudflare/pint/releases on PATH",
    },
    calls: ({ rules }) => [
      // Without a Prometheus to ask, and with its own settings: all of its other checks, and nothing is switched off.
      ["--no-color", "--offline", "lint", "--min-severity=info", "--fail-on=info", ...rules],
    ],
    complaint: /^level=(WARN|ERROR)/m,
  },
  {
    title: "vmalert",
    program: {
      name: "vmalert",
      source: {
        module: "github.com/VictoriaMetrics/VictoriaMetrics",
        version: VICTORIA_METRICS,
        folder: "./app/vmalert",
      },
      install: "put vmalert of https://github.com/VictoriaMetrics/VictoriaMetrics/releases on PATH",
    },
    calls: ({ rules }) => [["-dryRun", ...rules.map((file) => `-rule=${file}`)]],
    complaint: /\t(warn|error|fatal|panic)\t/,
  },
];

// lint-rules/programs.ts
import { spawnSync as spawnSync2 } from "node:child_process";
import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import * as z from "zod";

function onPath(name) {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder2) => join(folder2, name))
    .find(isProgram);
}
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
var cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "peer-exporter", "tools");
function findOrBuild(program) {
  const { name, accepts = () => true, source, install } = program;
  const path = onPath(name);
  if (path !== void 0 && accepts(path)) return { path, from: path };
  const why = path === void 0 ? "not on PATH" : `${path} is another version`;
  if (source === void 0) return { reason: `${why}; ${install}` };
  const built = join(cacheFolder(), `${name}-${source.version}`);
  if (isProgram(built)) return { path: built, from: source.version };
  if (onPath("go") === void 0) return { reason: `${why}, and there is no Go to build it with; ${install}` };
  const problem = build(source, built);
  return problem === void 0
    ? { path: built, from: source.version }
    : { reason: `${why}, and it cannot be built: ${problem}; ${install}` };
}
var download = z.looseObject({ Dir: z.string().optional(), Error: z.string().optional() });
function build({ module, version, folder: folder2, flags = [] }, path) {
  process.stderr.write(`building ${module}@${version} (once) \u2026
`);
  mkdirSync(cacheFolder(), { recursive: true });
  const { stdout, stderr } = go(["mod", "download", "-json", `${module}@${version}`]);
  const { Dir: source, Error: problem } = download.parse(JSON.parse(stdout || "{}"));
  if (source === void 0) return lastLine(problem ?? stderr);
  const built = go(["build", "-C", source, "-buildvcs=false", ...flags, "-o", path, folder2]);
  return built.status === 0 ? void 0 : lastLine(built.stderr);
}
function go(args) {
  return spawnSync2("go", args, { encoding: "utf8", maxBuffer: 2 ** 28 });
}
var lastLine = (text) => text.trim().split("\n").at(-1) ?? "";

// repository.ts
import { readFileSync } from "node:fs";
import { join as join2 } from "node:path";
import { fileURLToPath } from "node:url";

var ROOT = fileURLToPath(new URL("..", "file:///work/h/NODES/tools/repository.ts"));
function textOf(path) {
  return readFileSync(join2(ROOT, path), "utf8");
}

// lint-rules.ts
var needsAll = process.argv.includes("--all");
var folder = mkdtempSync(join3(tmpdir(), "peer-exporter-rules-"));
try {
  const files = ruleFiles();
  const results = LINTERS.map((linter) => lint(linter, files));
  process.exitCode = results.every((isGood) => isGood) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
function ruleFiles() {
  const { spec } = z2
    .looseObject({ spec: z2.unknown() })
    .parse(parse(textOf("kubernetes/components/monitoring/prometheusrule.yaml")));
  const ofOperator = join3(folder, "prometheusrule.yaml");
  writeFileSync(ofOperator, stringify(spec));
  const tests = readdirSync(join3(ROOT, "prometheus/tests")).map((name) => `prometheus/tests/${name}`);
  return { rules: ["prometheus/alerts.yaml", "prometheus/rules.yaml", ofOperator], tests };
}
function lint({ title, program, calls, complaint }, files) {
  const found = findOrBuild(program);
  if ("reason" in found) {
    process.stdout.write(`skipped  ${title}: ${found.reason}
`);
    return !needsAll;
  }
  const problems = calls(files).flatMap((args) => problemsOf(found.path, args, complaint));
  process.stdout.write(`${problems.length === 0 ? "ok     " : "failed "}  ${title} (${found.from})
`);
  for (const text of problems) process.stdout.write(text.trim().replaceAll(/^/gm, "         ").concat("\n"));
  return problems.length === 0;
}
function problemsOf(path, args, complaint) {
  const { status, error, stdout, stderr } = spawnSync3(path, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (error !== void 0) return [`does not start: ${error.message}`];
  const output = stdout + stderr;
  if (status === 0 && complaint?.test(output) !== true) return [];
  return [
    `${args[0]} ended with ${status}
${output}`,
  ];
}
