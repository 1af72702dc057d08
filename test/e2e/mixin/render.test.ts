import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isObject } from "../../../src/lib/json.ts";
import { checksFile } from "../../../tools/failure-checks.ts";
import { configComments } from "../../../tools/mixin/config-comments.ts";
import { ruleFiles } from "../../../tools/mixin/files.ts";
import { evaluate, type RenderedMixin, renderMixin, renderTemplate } from "../../../tools/mixin/render.ts";
import { alertsWith, described, recordsWith } from "../../../tools/mixin/tables.ts";
import { ROOT, textOf } from "../../../tools/repository.ts";
import { run } from "../../support/servers.ts";
import { groupsOf, jsonnet, leavesOf } from "./support.ts";

/** All jsonnet of mixin/, below the root. */
const sources = readdirSync(join(ROOT, "mixin"), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(?:lib|j)sonnet$/.test(path))
  .map((path) => `mixin/${path}`);

describe.skipIf(jsonnet === undefined)("the mixin", () => {
  test("gives the files of prometheus/ and the chart, and its tables (`npm run rules` writes them)", () => {
    for (const { path, text } of ruleFiles()) expect(textOf(path), path).toBe(text);
  });

  test("has what to check for each failure reason (`npm run rules` writes it)", () => {
    const { path, text } = checksFile();
    expect(textOf(path)).toBe(text);
  });

  test("is formatted by jsonnetfmt", async () => {
    expect(sources.length).toBeGreaterThan(8);
    const { code, output } = await run("jsonnetfmt", ["--test", ...sources], { cwd: ROOT });
    expect(code, output).toBe(0);
  });

  test("has the dashboards of grafana/", () => {
    const dashboards = evaluate(["-e", "(import 'mixin/mixin.libsonnet').grafanaDashboards", "-J", ROOT]);
    const folder = `${ROOT}grafana/dashboards`;
    const files = readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(join(folder, name), "utf8"))]);
    expect(dashboards).toEqual(Object.fromEntries(files));
  });

  test("links tables of the dashboards to the documents that _config names", () => {
    const config = "{ _config+:: { runbookBaseUrl: 'https://a.example/r', adviceUrl: 'https://a.example/advice' } }";
    const fleet = `((import 'mixin/mixin.libsonnet') + ${config}).grafanaDashboards['peer-exporter-fleet.json']`;
    const queries = evaluate(["-e", `[v.query for v in ${fleet}.templating.list if v.type == 'constant']`, "-J", ROOT]);
    expect(queries).toEqual(["https://a.example/r", "https://a.example/advice"]);
  });
});

describe.skipIf(jsonnet === undefined)("the values of _config", () => {
  let template: RenderedMixin;

  beforeAll(() => {
    template = renderTemplate();
  });

  const valueAt = (path: string): string => {
    const value = path
      .split(".")
      .reduce((part: unknown, key) => (isObject(part) ? part[key] : undefined), template.config);
    return String(value);
  };

  test("in the places of their names in the template, give the rules", () => {
    const filled = JSON.stringify(groupsOf(template)).replaceAll(/@@(.+?)@@/g, (_, path: string) =>
      JSON.stringify(valueAt(path)).slice(1, -1),
    );
    expect(JSON.parse(filled)).toEqual(groupsOf(renderMixin()));
  });

  test("are all in some rule: a threshold without effect would mislead", () => {
    const unused = leavesOf(template.config)
      .filter(({ value }) => !isObject(value))
      .map(({ path }) => path.join("."))
      .filter((path) => alertsWith(template, path).length + recordsWith(template, path).length === 0);
    expect(unused).toEqual([]);
  });

  test("are all described in config.libsonnet", () => {
    const comments = configComments(textOf("mixin/config.libsonnet"));
    const silent = described(template.config, comments).filter(({ comment }) => comment === "");
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});
