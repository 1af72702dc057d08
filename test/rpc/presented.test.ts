import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { MAX_TLS_AGE_MS } from "../../src/rpc/client.ts";
import { createConnectionSlots } from "../../src/rpc/connection-slots.ts";
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
    expect(client.presented()).toEqual({ lastExpirySeconds: undefined, currentExpirySeconds: undefined });
    await client.request(GET, patience());
    await client.request(GET, patience());
    expect(client.presented()).toEqual({ lastExpirySeconds: END, currentExpirySeconds: END });
    expect(node.connections()).toBe(1);
  });

  it("is undefined without TLS", async () => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url);
    await client.request(GET, patience());
    expect(client.presented()).toEqual({ lastExpirySeconds: undefined, currentExpirySeconds: undefined });
  });

  it("is still known of the last handshake after a request that was given up", async () => {
    const node = await fakeNode(() => ({ body: () => {} }), { tls: certificate });
    const client = rpcClient(node.url, { tls: { kind: "insecure" } });
    await refusal(client.request(GET, AbortSignal.timeout(500)));
    expect(node.handshakes()).toBe(1);
    expect(client.presented()).toEqual({ lastExpirySeconds: END, currentExpirySeconds: undefined });
  });

  it("is that of the certificate in use an hour after it was replaced (the first one was shown as long as polls went on)", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const node = await fakeNode(() => json({}), { tls: certificate });
    // Its only slot, which it must get from its own old connection.
    const slots = createConnectionSlots(1);
    const client = rpcClient(node.url, { tls: { kind: "insecure" }, slots });
    for (let minutes = 0; minutes <= 61; minutes += 1) {
      await client.request(GET, patience());
      expect(node.handshakes()).toBe(minutes > MAX_TLS_AGE_MS / 60_000 ? 2 : 1);
      vi.advanceTimersByTime(60_000);
    }
    expect(client.presented()).toEqual({ lastExpirySeconds: END, currentExpirySeconds: END });
  });

  it("does not make connections without TLS end", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url);
    await client.request(GET, patience());
    vi.advanceTimersByTime(2 * MAX_TLS_AGE_MS);
    await client.request(GET, patience());
    expect(node.connections()).toBe(1);
  });

  it("belongs to no current connection when the next one fails", async () => {
    const node = await fakeNode(() => ({ headers: { connection: "close" }, body: "{}" }), { tls: certificate });
    const client = rpcClient(node.url, { tls: { kind: "insecure" } });
    await client.request(GET, patience());
    expect(client.presented().currentExpirySeconds).toBe(END);
    await node.close();
    await refusal(client.request(GET, patience()));
    expect(client.presented()).toEqual({ lastExpirySeconds: END, currentExpirySeconds: undefined });
  });
});

describe("our clock", () => {
  const HOUR = 3_600_000;

  it.each([
    ["an hour late and is set right", -HOUR, 0],
    ["right and is set back by an hour", 0, -HOUR],
  ])("that is %s during a request does not make the request longer", async (_, before, after) => {
    const now = Date.now;
    const ours = vi.spyOn(Date, "now");
    onTestFinished(() => ours.mockRestore());
    ours.mockImplementation(() => now() + before);
    const node = await fakeNode(() => {
      ours.mockImplementation(() => now() + after);
      return { body: "{}" };
    });
    const answer = await rpcClient(node.url).request(GET, patience());
    expect(answer.receivedMs - answer.sentMs).toBeLessThan(60_000);
    expect(Math.abs(answer.receivedMs - (now() + after))).toBeLessThan(60_000);
  });
});
