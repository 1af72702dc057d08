import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { loadAssets } from "../../../src/documents/assets.ts";
import { ROOT } from "../../../tools/repository.ts";
import {
  filesOf,
  golden,
  goldenFile,
  type Manifest,
  parseManifests,
  renderings,
  withoutLongParts,
} from "../../kubernetes/manifests.ts";
import { findRenderer, render } from "./render.ts";

const found = { kubectl: findRenderer("kubectl"), helm: findRenderer("helm") };

const keyOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace ?? ""} ${metadata.name}`;

/** Other versions of the programs print the same objects in another order. */
function byName(manifests: readonly Manifest[]): readonly Manifest[] {
  return [...manifests].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

describe.each(renderings)("$name", (rendering) => {
  test.skipIf(!found[rendering.program])("is what is committed (UPDATE_GOLDEN=1 writes it again)", async () => {
    const manifests = byName((await render(rendering)).map(withoutLongParts));
    expect(new Set(manifests.map(keyOf)).size).toBe(manifests.length);
    if (process.env.UPDATE_GOLDEN === "1") {
      writeFileSync(goldenFile(rendering.name), manifests.map((each) => `---\n${stringify(each)}`).join(""));
    }
    expect(golden(rendering.name)).toEqual(manifests);
  });
});

/** The most that `kubectl apply` can remember in an annotation, and what a ConfigMap can hold. */
const MAX_ANNOTATIONS = 262_144;

describe.each(renderings.filter(({ name }) => ["example-central", "helm-full", "helm-sidecars"].includes(name)))(
  "$name",
  (rendering) => {
    test.skipIf(!found[rendering.program])(
      "has the rules and dashboards of this repository, none too large",
      async () => {
        const manifests = await render(rendering);
        const rules = manifests.filter(({ kind }) => kind === "PrometheusRule");
        expect(rules.map(({ spec }) => spec)).toEqual([parse((await loadAssets()).rules())]);

        const dashboards = manifests.filter(({ metadata }) => metadata.labels.grafana_dashboard === "1");
        const texts = dashboards.flatMap(({ metadata }) => Object.entries(filesOf(manifests, metadata.name)));
        expect(texts.map(([name]) => name).sort()).toEqual(
          (await loadAssets()).dashboards().map((name) => `${name}.json`),
        );
        for (const [name, text] of texts)
          expect(text, name).toBe(readFileSync(`${ROOT}grafana/dashboards/${name}`, "utf8"));

        const tooLarge = manifests.filter((manifest) => JSON.stringify(manifest).length > MAX_ANNOTATIONS * 0.8);
        expect(tooLarge.map(keyOf)).toEqual([]);
      },
    );
  },
);

test("manifests that are no YAML or no objects are refused", () => {
  expect(() => parseManifests("a: [")).toThrow();
  expect(() => parseManifests("kind: Service")).toThrow(z.ZodError);
});
