import { expect, test } from "vitest";
import { AUTHORITIES, INJECTIONS } from "./injections.ts";
import { describeFaults } from "./suite.ts";

/** Faults of nodes, of proxies before them, and of TLS. */

const { nodeOf } = describeFaults(INJECTIONS, { authorities: AUTHORITIES, healthySeconds: 8 });

test("a redirect is not followed", () => {
  const asked = INJECTIONS.filter(({ fault }) => fault === "redirect").map((injection) => nodeOf(injection).paths());
  expect(asked.flat().length).toBeGreaterThan(0);
  expect(asked.flat().filter((path) => path.startsWith("/elsewhere"))).toEqual([]);
});
