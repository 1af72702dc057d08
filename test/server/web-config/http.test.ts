import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRateLimiter } from "../../../src/server/web-config/access-control.ts";
import { tempFolder, waitFor } from "../../support/servers.ts";
import { basic, hashOf, startWith as start } from "./support.ts";

const folder = tempFolder();
let count = 0;

function webFile(text: string): string {
  count += 1;
  const file = join(folder, `${count}.yaml`);
  writeFileSync(file, text);
  return file;
}

const startWith = (text: string) => start(webFile(text), async () => true);

describe("rate_limit", () => {
  test("allows a burst, answers the rest with 429, and never counts health checks", async () => {
    const { url } = await startWith("rate_limit: {interval: 1h, burst: 3}\n");
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await fetch(`${url}/-/healthy`);
      statuses.push((await fetch(`${url}/metrics`)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await fetch(`${url}/`);
    expect([refused.headers.get("retry-after"), await refused.text()]).toEqual([
      "3600",
      "429: rate_limit of the web configuration exceeded\n",
    ]);
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200);
  });

  test("counts before passwords, so that they cannot be tried faster", async () => {
    const { url } = await startWith(
      `rate_limit: {interval: 1h, burst: 1}\nbasic_auth_users: {alice: ${hashOf("x")}}\n`,
    );
    const status = async () => (await fetch(`${url}/metrics`, { headers: basic("alice", "x") })).status;
    expect([await status(), await status()]).toEqual([200, 429]);
  });

  test("goes on counting when another part of the file changes", async () => {
    const file = webFile("rate_limit: {interval: 1h, burst: 1}\n");
    const { url } = await start(file, async () => true);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    const text = "rate_limit: {interval: 1h, burst: 1}\nhttp_server_config: {headers: {X-XSS-Protection: '0'}}\n";
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    const answer = await waitFor(async () => {
      const got = await fetch(`${url}/metrics`);
      return got.headers.get("x-xss-protection") === "0" && got;
    }, "the header");
    expect(answer.status).toBe(429);
  });

  test("fills as time passes, up to the burst", () => {
    let now = 0;
    const allows = createRateLimiter({ intervalMs: 1000, burst: 2 }, () => now);
    const many = () => Array.from({ length: 4 }, allows).filter(Boolean).length;
    expect(many()).toBe(2);
    now += 999;
    expect(many()).toBe(0);
    now += 1;
    expect(many()).toBe(1);
    now += 1500;
    expect(many()).toBe(1);
    now += 500;
    expect(many()).toBe(1);
    now += 1e9;
    expect(many()).toBe(2);
  });
});

test.each(["{interval: 1s}", "{interval: 1s, burst: -1}"])("rate_limit %s refuses every request", async (limit) => {
  const { url, lines } = await startWith(`rate_limit: ${limit}\n`);
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: "warn",
      msg: expect.stringMatching(/yaml:1:1: rate_limit: with a burst below 1/),
    }),
  );
  expect([(await fetch(url)).status, (await fetch(`${url}/-/healthy`)).status]).toEqual([429, 200]);
});

describe("http_server_config.headers", () => {
  const HEADERS = `http_server_config:
  headers:
    Strict-Transport-Security: max-age=300
    X-Frame-Options: sameorigin
    Content-Security-Policy: "default-src 'self'"
`;

  test("are on every response, and replace the exporter's own", async () => {
    const { url } = await startWith(`${HEADERS}basic_auth_users: {alice: ${hashOf("x")}}\n`);
    const known = { headers: basic("alice", "x") };
    for (const [path, init, status] of [
      ["/", known, 200],
      ["/metrics", known, 200],
      ["/nope", known, 404],
      ["/metrics", {}, 401],
      ["/-/healthy", {}, 200],
    ] as const) {
      const { status: got, headers } = await fetch(url + path, init);
      expect([path, got]).toEqual([path, status]);
      // fetch joins a header that comes twice with a comma.
      expect(headers.get("strict-transport-security")).toBe("max-age=300");
      expect(headers.get("x-frame-options")).toBe("sameorigin");
      expect(headers.get("content-security-policy")).toBe("default-src 'self'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("that are empty remove the exporter's own", async () => {
    const { url } = await startWith(
      `http_server_config: {headers: {Content-Security-Policy: "", X-XSS-Protection: ~}}\n`,
    );
    const { headers } = await fetch(url);
    expect([headers.has("content-security-policy"), headers.has("x-xss-protection")]).toEqual([false, false]);
    expect(headers.get("x-frame-options")).toBe("DENY");
  });

  test("are sent as Go sends them: numbers as texts, line breaks as spaces, other characters as UTF-8", async () => {
    const { url } = await startWith(`http_server_config:
  headers:
    X-XSS-Protection: 1
    Content-Security-Policy: |
      default-src 'none';
      img-src 'self'
    Strict-Transport-Security: "é"
`);
    const { headers } = await fetch(url);
    expect(headers.get("x-xss-protection")).toBe("1");
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; img-src 'self'");
    expect(Buffer.from(headers.get("strict-transport-security") ?? "", "latin1").toString()).toBe("é");
  });

  test("an empty file changes nothing", async () => {
    const { url } = await startWith("# nothing\n");
    const { status, headers } = await fetch(url);
    expect([status, headers.get("x-frame-options")]).toEqual([200, "DENY"]);
  });
});
