import { describe, expect, test } from "vitest";
import { ADAPTERS } from "../../src/chains/index.ts";
import { labelNameProblem } from "../../src/config/schema.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";

describe("labelNameProblem", () => {
  test.each(["region", "owner", "_private", "a1", "Zone", "target_name", "peer_exporter", "x__y"])(
    "%s is free",
    (name) => {
      expect(labelNameProblem(name)).toBeUndefined();
    },
  );

  test.each(["job", "instance", "exporter", "node", "pod", "endpoint", "namespace", "service", "container"])(
    "%s belongs to scrape configurations",
    (name) => {
      expect(labelNameProblem(name)).toBe(
        `the label name ${name} is reserved: scrape configurations set it on targets, ` +
          "so Prometheus would rename yours to exported_…",
      );
    },
  );

  test.each(["le", "quantile", "type"])("%s has a meaning in the exposition format", (name) => {
    expect(labelNameProblem(name)).toBe(
      `the label name ${name} is reserved: it has a special meaning in the exposition format`,
    );
  });

  test.each(["", "1a", "a-b", "a.b", "a b", "ä", "a\n", "a:b", "$A", "a\u0000"])("%j is not a label name", (name) => {
    expect(labelNameProblem(name)).toBe("expected a label name: letters, digits and _, not starting with a digit");
  });

  test.each(["__name__", "__address__", "__x", "__proto__"])("%s is Prometheus' own", (name) => {
    expect(labelNameProblem(name)).toBe("names that start with __ are reserved for Prometheus");
  });
});

describe("labels that the exporter's own series have", () => {
  const families = createCatalogue(ADAPTERS);
  const used = new Set(["target", "chain", ...families.flatMap(({ labels }) => labels)]);

  test.each([...used])("%s is reserved", (name) => {
    expect(labelNameProblem(name)).toContain(`the label name ${name} is reserved: `);
  });
});
