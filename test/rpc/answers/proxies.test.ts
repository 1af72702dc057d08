import { describe, expect, it, test } from "vitest";
import { proxyFailure } from "../../../src/rpc/answers/proxies.ts";
import { explainWith } from "../../../src/rpc/answers/status.ts";
import type { RpcResponse } from "../../../src/rpc/message.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";

const CALL = "get_info at https://node.example";
const CLOUDFLARE = { server: "cloudflare", "cf-ray": "8f0c1a2b3c4d5e6f-FRA", "content-type": "text/plain" };

function response(status: number, headers: RpcResponse["headers"] = {}, body = ""): RpcResponse {
  return { status, headers, body: Buffer.from(body), sentMs: 1, receivedMs: 2 };
}

describe("Cloudflare cannot reach the node", () => {
  test.each<[number, RegExp]>([
    [520, /empty or unreadable/],
    [521, /refused the connection.*down/],
    [522, /in time.*firewall/],
    [523, /unreachable.*DNS/],
    [524, /did not answer in time/],
    [525, /TLS handshake/],
    [526, /certificate/],
    [527, /interrupted/],
    [528, /cannot get an answer/],
    [529, /cannot get an answer/],
    [530, /cannot get an answer/],
  ])("%i says so, with its headers and without", (status, advice) => {
    for (const headers of [{}, CLOUDFLARE]) {
      const failure = proxyFailure(response(status, headers, "<html>"), CALL);
      expect(failure).toMatchObject({ reason: "http", message: `${CALL}: expected HTTP 200, found ${status}` });
      expect(failure?.advice).toMatch(/^Cloudflare in front of the node reports: /);
      expect(failure?.advice).toMatch(advice);
      expect(failure?.advice).not.toContain("own log");
    }
  });

  test.each([
    "error code: 1033",
    "<title>Cloudflare Tunnel error | x</title><span>Error</span> <span>1033</span> error code: 1033",
    "<h1>Error 1033</h1>",
    '{"title":"Error 1033: Cloudflare Tunnel error","status":530}',
  ])("530 with %j is a tunnel", (body) => {
    const failure = proxyFailure(response(530, CLOUDFLARE, body), CALL);
    expect(failure?.message).toContain("found 530 (error code 1033)");
    expect(failure?.advice).toContain("cloudflared");
  });

  test("530 with 1016 is a name", () => {
    expect(proxyFailure(response(530, {}, "error code: 1016"), CALL)?.advice).toContain("does not resolve");
  });

  test("comes before what the chain says, and before the words of the body", () => {
    const explain = () => ({ reason: "rpc", message: "of the chain", advice: "" }) as const;
    const url = parseNodeUrl("https://node.example");
    const answer = response(530, CLOUDFLARE, '{"title":"Error 1033: Cloudflare Tunnel error","status":530}');
    expect(explainWith(explain, { url }, answer, CALL).advice).toContain("tunnel");
  });
});

describe("Cloudflare refuses", () => {
  test.each([403, 503, 429])("a challenge (%i) has advice about rules and service tokens", (status) => {
    const answer = response(status, { ...CLOUDFLARE, "cf-mitigated": "challenge" }, "<html>Just a moment...");
    expect(proxyFailure(answer, CALL)).toMatchObject({
      reason: "unauthorized",
      advice: expect.stringContaining("CF-Access-Client-Id"),
    });
  });

  test.each([
    [1020, /firewall rule/],
    [1010, /signature/],
    [1009, /country/],
    [1006, /bans this address/],
  ])("403 with error code %i", (code, advice) => {
    const failure = proxyFailure(response(403, CLOUDFLARE, `error code: ${code}`), CALL);
    expect(failure?.reason).toBe("unauthorized");
    expect(failure?.message).toContain(`(error code ${code})`);
    expect(failure?.advice).toMatch(advice);
  });

  test.each([
    [403, {}, "error code: 1020"],
    [403, CLOUDFLARE, "Forbidden"],
    [403, { "cf-mitigated": "other" }, ""],
  ])("%i %j %j is left to the status", (status, headers, body) => {
    expect(proxyFailure(response(status, headers, body), CALL)).toBeUndefined();
  });
});

describe("other proxies", () => {
  test.each<[number, RpcResponse["headers"], string, RegExp]>([
    [463, {}, "", /X-Forwarded-For/],
    [464, {}, "", /HTTP\/1\.1/],
    [561, {}, "", /login/],
    [598, {}, "", /in time/],
    [599, {}, "", /no connection/],
    [404, { "ngrok-error-code": "ERR_NGROK_3200" }, "<html>", /ngrok/],
    [502, { "ngrok-error-code": "ERR_NGROK_8012" }, "", /ngrok/],
    [503, { server: "envoy" }, "no healthy upstream", /no server to pass/],
    [
      503,
      { server: "istio-envoy" },
      "upstream connect error or disconnect/reset before headers. reset reason: connection failure",
      /no server/,
    ],
    [
      503,
      {},
      "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n",
      /no server/,
    ],
    [503, {}, "no available server\n", /no server/],
  ])("%i %j %j", (status, headers, body, advice) => {
    expect(proxyFailure(response(status, headers, body), CALL)?.advice).toMatch(advice);
  });

  it("may ask to wait with 503", () => {
    expect(proxyFailure(response(503, { "retry-after": "7" }, "no healthy upstream"), CALL)?.retryAfterSeconds).toBe(7);
    expect(proxyFailure(response(521, { "retry-after": "120" }), CALL)).not.toHaveProperty("retryAfterSeconds");
  });

  test.each([200, 400, 401, 404, 429, 499, 500, 502, 503, 504, 519, 531])(
    "%i is no answer of theirs alone",
    (status) => {
      expect(proxyFailure(response(status, CLOUDFLARE, "text"), CALL)).toBeUndefined();
    },
  );
});
