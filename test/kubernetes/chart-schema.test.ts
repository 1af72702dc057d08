import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../tools/repository.ts";
import { againstTemplate, taken } from "./chart-values.ts";
import { againstSchema } from "./refused-values.ts";

/** What Helm asks of the values before a template sees them; test/e2e/kubernetes/values.test.ts asks Helm itself. */

const schema = JSON.parse(readFileSync(`${ROOT}charts/peer-exporter/values.schema.json`, "utf8"));
const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);

/** Where errors are; for a key that should not be there, with the key. */
function errors(text: string): readonly string[] {
  validate(withoutRemoved(parse(text)));
  return (validate.errors ?? []).map(({ instancePath, params }) =>
    [instancePath, params.additionalProperty].filter(Boolean).join("/"),
  );
}

/** Helm takes `null` out where the chart has a value of its own. */
function withoutRemoved(values: unknown, own: unknown = chartValues): unknown {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return values;
  return Object.fromEntries(
    Object.entries(values)
      .filter(([key, value]) => value !== null || !Object.hasOwn(Object(own), key))
      .map(([key, value]) => [key, withoutRemoved(value, Object(own)[key])]),
  );
}

const chartValues: unknown = parse(readFileSync(`${ROOT}charts/peer-exporter/values.yaml`, "utf8"));

test.each(againstSchema)("%s is refused at %s", (values, where) => {
  expect(errors(values).join("\n")).toContain(where);
});

test.each(taken)("%s is taken", (values) => {
  expect(errors(values)).toEqual([]);
});

test.each(againstTemplate)("%s is left to the template", (values) => {
  expect(errors(values)).toEqual([]);
});

test.each(["values.yaml", ...readdirSync(`${ROOT}charts/peer-exporter/ci`).map((name) => `ci/${name}`)])(
  "all of %s is taken",
  (name) => expect(errors(readFileSync(`${ROOT}charts/peer-exporter/${name}`, "utf8"))).toEqual([]),
);

describe("descriptions", () => {
  const described = (value: unknown): boolean => {
    const { $ref, description } = Object(value);
    const [, name = ""] = /^#\/\$defs\/(\w+)$/.exec($ref ?? "") ?? [];
    return description !== undefined || (name !== "" && described(schema.$defs[name]));
  };
  // Its schema is made of the exporter's and the mixin's.
  const ours = Object.keys(schema.properties).filter((key) => !["config", "prometheusRule"].includes(key));

  test.each(ours)("of %s", (key) => expect(described(schema.properties[key])).toBe(true));
});
