import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Labels } from "../support/alertmanager.ts";
import { requireProgram, run, tempFolder } from "../support/servers.ts";
import { folder } from "./support.ts";
import { BEFORE, STEP, type Trouble } from "./troubles.ts";

/**
 * The alerts that fire in each minute of a trouble, from its beginning on. promtool reports what it finds where a test expects
 * nothing: that is the list of them.
 */
export async function firingIn({ seconds, series }: Trouble): Promise<readonly (readonly Labels[])[]> {
  const temp = tempFolder();
  for (const file of ["rules.yaml", "alerts.yaml"]) cpSync(join(folder, file), join(temp, file));
  const minutes = Array.from({ length: seconds / 60 + 1 }, (_, minute) => minute);
  const tests = {
    rule_files: ["rules.yaml", "alerts.yaml"],
    // Prometheus' own default.
    evaluation_interval: "1m",
    tests: [
      {
        interval: `${STEP}s`,
        input_series: series(),
        promql_expr_test: minutes.map((minute) => ({
          expr: 'ALERTS{alertstate="firing"}',
          eval_time: `${BEFORE / 60 + minute}m`,
          exp_samples: [],
        })),
      },
    ],
  };
  // JSON is YAML.
  writeFileSync(join(temp, "test.yaml"), JSON.stringify(tests));
  const { output } = await run(requireProgram("promtool"), ["test", "rules", "test.yaml"], { cwd: temp });
  const found = new Map(
    [...output.matchAll(/time: (\S+),\n\s+exp: nil\n\s+got: (.*)$/gm)].map(([, time = "", samples = ""]) => [
      minutesOf(time) - BEFORE / 60,
      labelSets(samples),
    ]),
  );
  if (found.size === 0 && !output.includes("SUCCESS")) throw new Error(output);
  return minutes.map((minute) => found.get(minute) ?? []);
}

/** Of `1h2m30s`. */
function minutesOf(time: string): number {
  const [, hours = "0", minutes = "0"] = /^(?:(\d+)h)?(?:(\d+)m)?/.exec(time) ?? [];
  return Number(hours) * 60 + Number(minutes);
}

/** Of `{a="b", c="d"} 1E+00, {…} 1E+00`. */
function labelSets(samples: string): readonly Labels[] {
  const sets = samples.match(/\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}/g) ?? [];
  return sets.map((set) => {
    const pairs = [...set.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)];
    const {
      __name__: _,
      alertstate: __,
      ...labels
    } = Object.fromEntries(pairs.map(([, name = "", value = '""']) => [name, String(JSON.parse(value))]));
    return labels;
  });
}
