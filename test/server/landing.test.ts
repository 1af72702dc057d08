import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml } from "../../src/server/html.ts";
import { landingPage } from "../../src/server/landing.ts";
import { setUp } from "./support.ts";

const FACTS = { version: "1.2.3", telemetryPath: "/metrics", nodes: 3, nodesUp: 2 };

describe("the landing page", () => {
  test("tells the version, how many nodes answer, and where the metrics are", async () => {
    const { server } = setUp({ nodeCounts: () => ({ polled: 3, up: 2, all: 3, nodes: 3 }) });
    const { statusCode, headers, body } = await server.inject("/");
    expect([statusCode, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(body).toContain("Version 1.2.3.");
    expect(body).toContain("<strong>2 of 3 nodes</strong>");
    const links = [...body.matchAll(/<a href="([^"]*)">/g)].map(([, link]) => link);
    expect(links).toEqual(["/metrics", "/sd", "/dashboards", "/rules", "/config", "/-/healthy", "/-/ready"]);
    for (const link of links) expect((await server.inject(link ?? "")).statusCode).toBe(200);
  });

  test("one node is one node", () => {
    expect(landingPage({ ...FACTS, nodes: 1, nodesUp: 1 })).toContain("1 of 1 node<");
    expect(landingPage({ ...FACTS, nodes: 0, nodesUp: 0 })).toContain("0 of 0 nodes<");
  });

  test("hostile strings stay text", () => {
    const hostile = `"><script>alert('1')</script>&amp;`;
    const page = landingPage({ ...FACTS, version: hostile, telemetryPath: `/${hostile}` });
    expect(page).not.toContain("<script");
    expect(page.match(/</g)).toHaveLength(landingPage(FACTS).match(/</g)?.length ?? 0);
    expect(page.match(/"/g)).toHaveLength(landingPage(FACTS).match(/"/g)?.length ?? 0);
  });
});

test("escapeHtml leaves no character that HTML knows, and loses nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      const escaped = escapeHtml(text);
      expect(escaped.replaceAll(/&#\d+;/g, "")).not.toMatch(/[<>"'&]/);
      expect(escaped.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))).toBe(text);
    }),
  );
});
