import { spawnSync } from "node:child_process";
import type { Program } from "../programs.ts";

/** Programs that read rules, with the versions that are built: the one place where these stand. */

export type RuleFiles = {
  /** Files of rules as Prometheus takes them. */
  readonly rules: readonly string[];
  /** Tests of promtool. */
  readonly tests: readonly string[];
};

export type Linter = {
  readonly program: Program;
  /** What distinguishes it from another linter of the same name. */
  readonly title: string;
  /** The arguments of each call. */
  readonly calls: (files: RuleFiles) => readonly (readonly string[])[];
  /** A message that counts as a failure where the exit code is 0. */
  readonly complaint?: RegExp;
};

const PROMTOOL_3 = "0.316.0";
const VICTORIA_METRICS = "v1.151.0";

/** What promtool says of its version, as the number before the first dot. */
function promtoolMajor(path: string): number {
  const { stdout, stderr } = spawnSync(path, ["--version"], { encoding: "utf8" });
  return Number(/version v?(\d+)\./.exec(`${stdout}${stderr}`)?.[1] ?? Number.NaN);
}

const promtoolCalls: Linter["calls"] = ({ rules, tests }) => [
  ["check", "rules", "--lint=all", "--lint-fatal", ...rules],
  ["test", "rules", ...tests],
];

export const LINTERS: readonly Linter[] = [
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
