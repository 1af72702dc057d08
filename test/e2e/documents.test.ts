import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Exporter, PROGRAM, startExporter } from "../support/exporter.ts";
import { run } from "../support/servers.ts";

/** What the built program contains, at a terminal and over HTTP, without the repository. */

const exporter = (...args: readonly string[]) => run(process.execPath, [PROGRAM, ...args], { cwd: "/" });

describe("at a terminal", () => {
  test("a runbook by the name of its alert", async () => {
    const { code, stdout, output } = await exporter("docs", "P2PNodeDown");
    expect({ code, output }).toEqual({ code: 0, output: stdout });
    expect(stdout).toMatch(/^P2PNodeDown\n=+\n/);
  });

  test.each([["../../../etc/passwd"], ["%2e%2e/package.json"], ["a".repeat(100_000)], ["__proto__"], [""]])(
    "docs %.30s is wrong usage",
    async (name) => {
      const { code, stdout, output } = await exporter("docs", name);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(output).toMatch(/^error: no document.{0,80}\n\(see peer-exporter docs\)\n$/);
    },
  );
});

describe("over HTTP", () => {
  let served: Exporter;
  beforeAll(async () => {
    served = await startExporter({ args: ["--node=a=wire+http://127.0.0.1:1", "--web.external-url=/peers"] });
  });
  afterAll(() => served.stop());

  test("a document, and its links below the prefix", async () => {
    const page = await fetch(`${served.url}/peers/docs/runbooks/P2PNodeDown`, { headers: { accept: "text/html" } });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain('<a href="../../docs/runbooks/P2PManyNodesDown">');
    expect((await fetch(`${served.url}/peers/docs/runbooks`)).status).toBe(200);
  });

  test.each([
    "/peers/docs/../../etc/passwd",
    "/peers/docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/peers/docs/runbooks/..%2f..%2fpackage.json",
    "/peers/docs/constructor",
    `/peers/docs/${"a".repeat(8000)}`,
  ])("%.40s is no document", async (path) => {
    expect(await statusOf(served.url, path)).toBe(404);
  });
});

/** `fetch` would resolve the dots of the path itself. */
function statusOf(url: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ host: hostname, port, path, headers: { accept: "text/html" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject).end();
  });
}
