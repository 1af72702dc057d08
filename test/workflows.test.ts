import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { REQUIRE_BANNER } from "../scripts/embedded.mjs";
import { tempFolder } from "./support/servers.ts";

/** The workflows of GitHub, as far as can be said without running them. */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(ROOT, ".github/workflows");
const names = readdirSync(FOLDER);
const textOf = (name: string) => readFileSync(join(FOLDER, name), "utf8");

const step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const permissions = z.record(z.string(), z.enum(["read", "write"]));
const job = z.looseObject({
  permissions,
  needs: z.union([z.string().transform((name) => [name]), z.array(z.string())]).default([]),
  "timeout-minutes": z.number().optional(),
  environment: z.string().optional(),
  uses: z.string().optional(),
  steps: z.array(step).default([]),
});
const workflow = z.looseObject({
  permissions: z.strictObject({}),
  concurrency: z.looseObject({ group: z.string() }),
  defaults: z.strictObject({ run: z.strictObject({ shell: z.literal("bash") }) }),
  jobs: z.record(z.string(), job),
});
const workflows = names.map((name) => ({ ...workflow.parse(parse(textOf(name))), name }));
const jobs = workflows.flatMap(({ name, jobs }) =>
  Object.entries(jobs).map(([id, job]) => ({ at: `${name} ${id}`, job })),
);
const scripts = jobs.flatMap(({ at, job }) => job.steps.flatMap(({ run }) => (run === undefined ? [] : [[at, run]])));
const releaseJobs = workflows.find(({ name }) => name === "release.yml")?.jobs ?? {};

describe("the parser of GitHub", () => {
  const parser = join(tempFolder(), "parser.mjs");

  beforeAll(async () => {
    await build({
      entryPoints: [join(ROOT, "tools/lint-workflows/github-parser.ts")],
      outfile: parser,
      bundle: true,
      platform: "node",
      format: "esm",
      banner: REQUIRE_BANNER,
      mainFields: ["module", "main"],
    });
  });

  function problemsOf(...files: readonly string[]): readonly (readonly string[])[] {
    const { status, stdout, stderr } = spawnSync(process.execPath, [parser, ...files], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    const lines = stdout.trim().split("\n");
    return lines.map((line) => z.array(z.string()).parse(JSON.parse(line)));
  }

  test("takes every workflow, and refuses keys, values and expressions that do not exist", () => {
    const wrong = join(tempFolder(), "wrong.yml");
    const text = textOf("ci.yml")
      .replace("timeout-minutes:", "timeout:")
      .replace("contents: read", "contents: reed")
      .replace("github.workflow }}", "githib.workflow }}");
    writeFileSync(wrong, text);
    const problems = problemsOf(...names.map((name) => join(FOLDER, name)), wrong);
    expect(problems.slice(0, -1)).toEqual(names.map(() => []));
    const words = problems.at(-1)?.join("\n");
    for (const found of ["'reed'", "'timeout'", "named-value: 'githib'"]) expect(words).toContain(found);
  });
});

test("actions are named by the whole commit with the version behind it, the same everywhere", () => {
  const pins = new Map<string, string>();
  for (const name of names) {
    for (const [, uses = ""] of textOf(name).matchAll(/uses: (.*)$/gm)) {
      if (uses.startsWith("./")) continue;
      expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      const [action = "", pin = ""] = uses.split("@");
      expect([action, pin]).toEqual([action, pins.get(action) ?? pin]);
      pins.set(action, pin);
    }
    for (const [, image] of textOf(name).matchAll(/image: (.*)$/gm)) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  }
  expect(pins.size).toBeGreaterThan(4);
});

test("each job has as few permissions as it needs, and an end", () => {
  for (const { at, job } of jobs) {
    if (job.uses === undefined) expect([at, job["timeout-minutes"]]).toEqual([at, expect.any(Number)]);
    // Whoever can write publishes: only after what the environment asks for.
    const canWrite = Object.values(job.permissions).includes("write");
    expect([at, job.environment]).toEqual([at, canWrite ? "release" : undefined]);
    for (const { uses, with: inputs } of job.steps)
      if (uses?.startsWith("actions/checkout@")) expect([at, inputs["persist-credentials"]]).toEqual([at, false]);
  }
  expect(jobs.map(({ job }) => job.permissions).filter((each) => each.contents === "write")).toHaveLength(1);
});

test("nothing is published before all checks, and by npm, which is for ever, at the end", () => {
  const before = (id: string): readonly string[] => {
    const needs = releaseJobs[id]?.needs ?? [];
    return [...new Set([...needs, ...needs.flatMap(before)])].sort();
  };
  for (const id of ["image", "chart", "github", "npm"]) {
    expect([id, before(id)]).toEqual([id, expect.arrayContaining(["check", "ci", "packages"])]);
  }
  expect(before("npm")).toEqual(
    Object.keys(releaseJobs)
      .filter((id) => id !== "npm")
      .sort(),
  );
});

describe("scripts", () => {
  test("are valid for bash, and take values from the environment, where they cannot be code", () => {
    expect(scripts.length).toBeGreaterThan(15);
    for (const [at, run = ""] of scripts) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: run, encoding: "utf8" });
      expect([at, status, stderr]).toEqual([at, 0, ""]);
      expect([at, run]).toEqual([at, expect.not.stringContaining("${{")]);
    }
  });

  test("name scripts and files that exist", () => {
    const { scripts: known } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
    const all = scripts.map(([, run]) => run).join("\n");
    const called = [...all.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
    expect(called.filter((name) => !(name in known))).toEqual([]);
    expect(called).toContain("package");
    const files = [...all.matchAll(/(?<![\w/])(?:\.ci|scripts|charts|Dockerfile)[\w./-]*/g)].map(([path]) => path);
    expect(files).toContain("scripts/release-notes.mjs");
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test("install packages without scripts of their own", () => {
    for (const [, run = ""] of scripts)
      for (const [command] of run.matchAll(/npm (?:ci|i|install)\b.*/g))
        expect(command).toMatch(/--ignore-scripts|--offline "out\//);
  });

  test("give the image every build argument that it has", () => {
    const build = scripts.find(([, run]) => run?.includes("docker buildx build"))?.[1] ?? "";
    const given = [...build.matchAll(/--build-arg=(\w+)=/g)].map(([, name]) => name);
    const known = [...readFileSync(join(ROOT, "Dockerfile"), "utf8").matchAll(/^ARG (\w+)/gm)].map(([, name]) => name);
    expect(new Set(given)).toEqual(new Set(known));
  });
});
