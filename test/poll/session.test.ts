import { expect, onTestFinished, test } from "vitest";
import { monero } from "../../src/chains/monero/index.ts";
import { wire } from "../../src/chains/wire/index.ts";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { withDeadline } from "../../src/lib/abort.ts";
import { inlineSecret } from "../../src/lib/secret.ts";
import { openSession } from "../../src/poll/session.ts";
import type { AnswerLimits } from "../../src/rpc/budget.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import { type FakeNode, json, startFakeNode } from "../support/fake-node.ts";
import { nodeConfig } from "./support.ts";

const AUTH = { kind: "bearer", token: inlineSecret("canary-token") } as const;

async function serve(tls?: { readonly key: string; readonly cert: string }): Promise<FakeNode> {
  const node = await startFakeNode(
    ({ url }) => (url === "/v1/net/connections" ? json([], 201) : json({ head_block_num: 7, chain_id: "a" })),
    tls === undefined ? {} : { tls },
  );
  onTestFinished(() => node.close());
  return node;
}

function poll(session: ReturnType<typeof openSession>) {
  onTestFinished(() => session.close());
  return withDeadline(new AbortController().signal, 5000, (signal) => session.poll(signal));
}

test("a node's credentials go to its own host, and not to another host that its options name", async () => {
  const net = await serve();
  const chain = await serve();
  const elsewhere = chain.url.replace("127.0.0.1", "localhost");
  for (const [chainUrl, expected] of [
    [chain.url, "Bearer canary-token"],
    [elsewhere, undefined],
  ] as const) {
    const before = chain.requests.length;
    const options = wire.options.parse({ chain_url: chainUrl });
    const report = await poll(openSession(nodeConfig({ url: parseNodeUrl(net.url), auth: AUTH, options })));
    expect(report.head.ok).toBe(true);
    expect(net.requests.at(-1)?.headers.authorization).toBe("Bearer canary-token");
    expect(chain.requests.slice(before).map(({ headers }) => headers.authorization)).toEqual([expected]);
  }
});

test("a pin holds for the node's own URL only", async () => {
  const certificate = createSelfSignedCertificate({ commonName: "node" });
  const net = await serve(certificate);
  const chain = await serve();
  const report = await poll(
    openSession(
      nodeConfig({
        url: parseNodeUrl(net.url),
        tls: { kind: "pin", sha256: Buffer.from(certificate.peerId, "base64url") },
        options: wire.options.parse({ chain_url: chain.url }),
      }),
    ),
  );
  expect([report.peers.ok, report.head.ok]).toEqual([true, true]);
  expect(report.certificateExpirySeconds).toBeGreaterThan(Date.now() / 1000);
});

test("the clock of the Date header is the node's, where the chain has no better one", async () => {
  const net = await serve();
  const options = wire.options.parse({});
  const report = await poll(openSession(nodeConfig({ url: parseNodeUrl(net.url), options })));
  expect(Math.abs(report.clockSkewSeconds ?? Number.NaN)).toBeLessThan(3);
});

test("a reference is asked for its head only", async () => {
  const net = await serve();
  const options = wire.options.parse({});
  const report = await poll(openSession(nodeConfig({ role: "reference", url: parseNodeUrl(net.url), options })));
  expect(report.head.ok).toBe(true);
  expect(net.requests.map(({ url }) => url)).toEqual(["/v1/chain/get_info"]);
});

test("a list of which no row can be read is not an empty one", async () => {
  const node = await startFakeNode(({ url }) =>
    url === "/v1/net/connections" ? json([{ a: 1 }, 3], 201) : json({ head_block_num: 7 }),
  );
  onTestFinished(() => node.close());
  const options = wire.options.parse({});
  const report = await poll(openSession(nodeConfig({ chain: "wire", url: parseNodeUrl(node.url), options })));
  expect(report.peers).toMatchObject({ ok: false, failure: { reason: "bad_shape" } });
  expect(report.head.ok).toBe(true);
});

test("a node that repeats its credentials where it says what it is or what is wrong does not get them shown", async () => {
  const talkative = await startFakeNode(({ url, headers }) =>
    url.startsWith("/0123456789abcdef/v1/net")
      ? { status: 404 }
      : json({ head_block_num: 7, server_version_string: `${headers.authorization}, ${url}` }),
  );
  onTestFinished(() => talkative.close());
  const url = parseNodeUrl(`${talkative.url}/0123456789abcdef`);
  const options = wire.options.parse({});
  const said = await poll(openSession(nodeConfig({ url, auth: AUTH, options })));
  expect(said.identity.version).toBe("Bearer <secret>, <secret>/v1/chain/get_info");

  const daemon = await startFakeNode(({ headers }) => json({ result: { status: headers.authorization } }));
  onTestFinished(() => daemon.close());
  const failing = nodeConfig({
    chain: "monero",
    url: parseNodeUrl(daemon.url),
    auth: AUTH,
    options: monero.options.parse({}),
  });
  const { head } = await poll(openSession(failing));
  expect(head).toMatchObject({
    failure: { reason: "rpc", message: expect.stringContaining('expected status "OK", found "Bearer <secret>"') },
  });
});

test("the limits of a node hold for all of its answers", async () => {
  const node = await serve();
  const failed = async (limits: AnswerLimits) => {
    const report = await poll(
      openSession(nodeConfig({ url: parseNodeUrl(node.url), limits, options: wire.options.parse({}) })),
    );
    return [report.peers, report.head].map((part) =>
      part.ok ? undefined : part.failure.message.replace(/^.*?: /, ""),
    );
  };
  expect(await failed({})).toEqual([undefined, undefined]);
  const message = "expected at most 1 members of objects (one with a new name counts as ten) (limits.keys), found more";
  expect(await failed({ keys: 1 })).toEqual([undefined, expect.stringContaining(message)]);
  expect(await failed({ bytes: 2, keys: 100 })).toEqual([
    undefined,
    expect.stringMatching(/expected at most 2 \(limits\.bytes\), found \d+/),
  ]);
});
