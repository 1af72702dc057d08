import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../support/effort.ts";
import type { Page } from "../support/exposition-parser.ts";
import { promtoolCheckMetrics } from "../support/prometheus.ts";
import { findServer } from "../support/servers.ts";
import { anySettings, anyStates } from "./arbitraries.ts";
import { catalogue, read, render } from "./support.ts";

const promtool = findServer("promtool", "apt-get install prometheus");

/** Every series of the page with its value, in its order. */
function series(page: Page): readonly string[] {
  return page.families.flatMap(({ samples }) =>
    samples.map(({ name, labels, value }) => `${name} ${JSON.stringify([...labels])} ${value}`),
  );
}

// The strict parser refuses what a page may never have: a series twice, a family in two places, wrong escapes, broken UTF-8.
describe("a page of any nodes with any reports", () => {
  test("is read by the strict parser in both formats, with the same series", () => {
    fc.assert(
      fc.property(anyStates, anySettings, (states, settings) => {
        const text = read(render(states, "text", settings), "text");
        const openmetrics = read(render(states, "openmetrics", settings), "openmetrics");
        expect(series(openmetrics).filter((key) => !/^"?\w+_created/.test(key))).toEqual(series(text));
      }),
      { numRuns: runs(100) },
    );
  });

  test("has only declared labels, and target and chain on every series", () => {
    fc.assert(
      fc.property(anyStates, anySettings, (states, settings) => {
        for (const { name, type, samples } of read(render(states, "text", settings), "text").families) {
          const declared = catalogue.find((family) => family.name === name);
          expect(declared?.type).toBe(type);
          for (const { labels } of samples) {
            const state = states.find(({ node }) => node.name === labels.get("target"));
            expect(labels.get("chain")).toBe(state?.node.chain);
            const allowed = ["target", "chain", ...Object.keys(state?.node.labels ?? {}), ...(declared?.labels ?? [])];
            expect(allowed).toEqual(expect.arrayContaining([...labels.keys()]));
          }
        }
      }),
      { numRuns: runs(100) },
    );
  });

  test("always shows for every node whether it is up, and how often it was polled and failed", () => {
    fc.assert(
      fc.property(anyStates, anySettings, (states, settings) => {
        const { families } = read(render(states, "text", settings), "text");
        for (const name of ["p2p_node_up", "p2p_node_polls_total"]) {
          const found = families.find((family) => family.name === name)?.samples ?? [];
          expect(found.map(({ labels }) => labels.get("target"))).toEqual(states.map(({ node }) => node.name));
        }
      }),
      { numRuns: runs(50) },
    );
  });

  test.skipIf(promtool === undefined)("passes promtool check metrics", async () => {
    const pages = fc.sample(fc.tuple(anyStates, anySettings), { numRuns: 8, seed: 20 });
    const found = await Promise.all(
      pages.map(([states, settings]) => promtoolCheckMetrics(render(states, "text", settings))),
    );
    expect(found).toEqual(pages.map(() => ({ code: 0, output: "" })));
  });
});
