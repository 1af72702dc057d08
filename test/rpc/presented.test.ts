import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import type { TlsVerification } from "../../src/rpc/settings.ts";
import { json } from "../support/fake-node.ts";
import { tempFolder } from "../support/servers.ts";
import { fakeNode, GET, patience, refusal, rpcClient } from "./support.ts";

const END = Date.UTC(2031, 4, 6, 7, 8, 9) / 1000;
const certificate = createSelfSignedCertificate({
  commonName: "node",
  altNames: ["127.0.0.1"],
  notAfter: new Date(END * 1000),
});

const caFile = join(tempFolder(), "ca.pem");
writeFileSync(caFile, certificate.cert);

const MODES: readonly (readonly [string, TlsVerification])[] = [
  ["by authority", { kind: "ca", caFile }],
  ["by pin", { kind: "pin", sha256: Buffer.from(certificate.peerId, "base64url") }],
  ["not at all", { kind: "insecure" }],
];

describe("the end of the certificate", () => {
  it.each(MODES)("is known when the server is verified %s, also later on the same connection", async (_, tls) => {
    const node = await fakeNode(() => json({}), { tls: certificate });
    const client = rpcClient(node.url, { tls });
    expect(client.presented().certificateExpirySeconds).toBeUndefined();
    await client.request(GET, patience());
    await client.request(GET, patience());
    expect(client.presented().certificateExpirySeconds).toBe(END);
    expect(node.connections()).toBe(1);
  });

  it("is undefined without TLS", async () => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url);
    await client.request(GET, patience());
    expect(client.presented().certificateExpirySeconds).toBeUndefined();
  });

  it("is forgotten when the next connection fails: it belonged to the last one", async () => {
    const node = await fakeNode(() => ({ headers: { connection: "close" }, body: "{}" }), { tls: certificate });
    const client = rpcClient(node.url, { tls: { kind: "insecure" } });
    await client.request(GET, patience());
    expect(client.presented().certificateExpirySeconds).toBe(END);
    await node.close();
    await refusal(client.request(GET, patience()));
    expect(client.presented().certificateExpirySeconds).toBeUndefined();
  });
});

describe("the clock", () => {
  const HOUR = 3_600_000;

  it.each([
    ["an hour late is set right", -HOUR, 0, 0],
    ["right is set back by an hour", 0, -HOUR, HOUR],
  ])("of ours that is %s during a request is compared as it is afterwards", async (_, before, after, skewMs) => {
    const now = Date.now;
    const ours = vi.spyOn(Date, "now");
    onTestFinished(() => ours.mockRestore());
    ours.mockImplementation(() => now() + before);
    const node = await fakeNode(() => {
      ours.mockImplementation(() => now() + after);
      return { headers: { date: new Date(now()).toUTCString() }, body: "{}" };
    });
    const client = rpcClient(node.url);
    const answer = await client.request(GET, patience());
    expect(answer.receivedMs - answer.sentMs).toBeLessThan(60_000);
    expect(Math.abs((client.presented().clockSkewSeconds ?? Number.NaN) - skewMs / 1000)).toBeLessThan(60);
  });

  it("is that of the last answer with a Date, and none where the server sends none", async () => {
    const dates = [new Date(Date.now() + 3_600_000).toUTCString(), undefined];
    const node = await fakeNode(() => ({
      headers: {},
      body: (response) => {
        response.sendDate = false;
        const date = dates.shift();
        if (date !== undefined) response.setHeader("date", date);
        response.end("{}");
      },
    }));
    const client = rpcClient(node.url);
    await client.request(GET, patience());
    expect(client.presented().clockSkewSeconds).toBeGreaterThan(3590);
    expect(client.presented().clockSkewSeconds).toBeLessThan(3605);
    await client.request(GET, patience());
    expect(client.presented().clockSkewSeconds).toBeUndefined();
  });
});
