import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { NodeTarget } from "../../src/chains/adapter.ts";
import { monero } from "../../src/chains/monero/index.ts";
import { wire } from "../../src/chains/wire/index.ts";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import type { Signal } from "../../src/lib/abort.ts";
import { withDeadline } from "../../src/lib/abort.ts";
import { inlineSecret } from "../../src/lib/secret.ts";
import { NodeError } from "../../src/model/failure.ts";
import { openSession } from "../../src/poll/run-poll.ts";
import type { ResponseLimits } from "../../src/rpc/budget.ts";
import { createRpcClient, type RpcClientOptions } from "../../src/rpc/client.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import { type FakeNode, type Handler, json, startFakeNode } from "../support/fake-node.ts";
import { wireWith } from "../support/faulty-exporter.ts";
import { tempFolder } from "../support/servers.ts";
import { answers, hang, obedient, type Poll, setUp } from "./poller-support.ts";
import { failing, failure, head, NOW, nodeConfig, peersAt, report } from "./support.ts";

const AUTH = { kind: "bearer", token: inlineSecret("canary-token") } as const;

async function serve(tls?: { readonly key: string; readonly cert: string }): Promise<FakeNode> {
  const node = await startFakeNode(
    ({ url }) =>
      new URL(url, "http://node").pathname === "/v1/net/connections"
        ? json([], 201)
        : json({ head_block_num: 7, chain_id: "a" }),
    tls === undefined ? {} : { tls },
  );
  onTestFinished(() => node.close());
  return node;
}

function poll(session: ReturnType<typeof openSession>, limitMs = 5000) {
  onTestFinished(() => session.close());
  return withDeadline(new AbortController().signal, limitMs, (signal) => session.poll(signal));
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

test("a node's credentials for https are not sent in clear text to another port of its host (they were)", async () => {
  const net = await serve(createSelfSignedCertificate({ commonName: "node" }));
  const chain = await serve();
  const options = wire.options.parse({ chain_url: chain.url });
  const headers = [{ name: "X-Key", value: inlineSecret("canary-key") }];
  const tls = { kind: "insecure" } as const;
  const report = await poll(openSession(nodeConfig({ url: parseNodeUrl(net.url), auth: AUTH, headers, tls, options })));
  expect([report.peers.ok, report.head.ok]).toEqual([true, true]);
  expect(JSON.stringify(net.requests)).toMatch(/canary-token.*canary-key|canary-key.*canary-token/);
  expect(JSON.stringify(chain.requests)).not.toContain("canary");
});

test("a node's client certificate goes to its own host only", async () => {
  const certificate = createSelfSignedCertificate({ commonName: "client" });
  const folder = tempFolder();
  const clientCertificate = { certFile: join(folder, "client.crt"), keyFile: join(folder, "client.key") };
  writeFileSync(clientCertificate.certFile, certificate.cert);
  writeFileSync(clientCertificate.keyFile, certificate.key);
  const options = (url: string) => wire.options.parse({ chain_url: url });
  const given: [string, unknown][] = [];
  for (const chainUrl of ["https://127.0.0.1:2", "https://localhost:2"]) {
    const url = parseNodeUrl("https://127.0.0.1:1");
    const session = openSession(nodeConfig({ url, clientCertificate, options: options(chainUrl) }), (settings) => {
      given.push([settings.url.label, settings.clientCertificate]);
      return createRpcClient(settings);
    });
    // The clients are made with the first poll, which no server answers here.
    await poll(session).catch(() => {});
  }
  const own: unknown = clientCertificate;
  expect(given.filter(([label]) => label !== "https://localhost:2").every(([, sent]) => sent === own)).toBe(true);
  expect(given).toContainEqual(["https://127.0.0.1:2", own]);
  expect(given).toContainEqual(["https://localhost:2", undefined]);
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

test("the proxy is for every URL of the node, and for the peers that its list names", async () => {
  const proxy = await serve();
  const server = {
    kind: "http",
    label: "http://127.0.0.1",
    hostname: "127.0.0.1",
    port: proxy.port,
    login: undefined,
  } as const;
  const settings = { http: server, https: server, except: [], origin: "proxy_url" } as const;
  const opened: RpcClientOptions[] = [];
  const create = (options: RpcClientOptions) => {
    opened.push(options);
    return createRpcClient(options);
  };
  const options = wire.options.parse({ chain_url: "http://chain.example:2" });
  let target: NodeTarget | undefined;
  const seeing = {
    ...options,
    open(given: NodeTarget) {
      target = given;
      return options.open(given);
    },
  };
  const session = openSession(
    nodeConfig({ url: parseNodeUrl("http://net.example:1"), proxy: settings, options: seeing }),
    create,
  );
  onTestFinished(() => session.close());
  const report = await poll(session);
  expect([report.peers.ok, report.head.ok]).toEqual([true, true]);
  expect(new Set(proxy.requests.map(({ url }) => new URL(url).host))).toEqual(
    new Set(["net.example:1", "chain.example:2"]),
  );
  const peer = target?.connectUntrusted({
    url: parseNodeUrl("https://192.0.2.1"),
    tls: { kind: "ca" },
    connectTimeoutMs: 1,
  });
  onTestFinished(async () => peer?.close());
  expect(opened.map((each) => each.proxy)).toEqual(opened.map(() => settings));
  expect(target?.isProxied?.({ hostname: "peer.example", port: 443 })).toBe(true);
});

describe("the end of the certificate", () => {
  const [first, renewed] = [2031, 2032].map((year) => Date.UTC(year, 0, 1) / 1000);
  const certificateUntil = (seconds = 0) =>
    createSelfSignedCertificate({ commonName: "node", notAfter: new Date(seconds * 1000) });

  /** A node behind TLS whose calls hang, close their connection or fail, as a test wants. */
  async function start(options: Readonly<Record<string, string>> = {}) {
    const behaviour = { hangs: "", closes: false, fails: "" };
    const handler: Handler = async (request) => {
      if (request.url === behaviour.hangs) return { body: () => {} };
      if (request.url === behaviour.fails) return { status: 500, body: "" };
      const answer = await wireWith(1)(request);
      return behaviour.closes ? { ...answer, headers: { ...answer.headers, connection: "close" } } : answer;
    };
    const node = await startFakeNode(handler, { tls: certificateUntil(first) });
    onTestFinished(node.close);
    const url = parseNodeUrl(node.url);
    const config = nodeConfig({
      url,
      tls: { kind: "insecure" },
      timeoutMs: 2000,
      options: wire.options.parse(options),
    });
    const session = openSession(config);
    onTestFinished(() => session.close());
    const expiry = async (limitMs?: number) => (await poll(session, limitMs)).certificateExpirySeconds;
    return { behaviour, node, expiry };
  }

  test("is there when a later call of the poll hangs", async () => {
    const { behaviour, expiry } = await start();
    behaviour.hangs = "/v1/chain/get_info";
    expect(await expiry(2000)).toBe(first);
    expect(await expiry(2000)).toBe(first);
  });

  test("is there in each poll over one connection, and over a new one for each call", async () => {
    const { behaviour, node, expiry } = await start();
    expect([await expiry(), await expiry(), node.handshakes()]).toEqual([first, first, 1]);
    behaviour.closes = true;
    expect([await expiry(), await expiry()]).toEqual([first, first]);
  });

  test("is there when one part of the poll fails, and when the node answers with an error", async () => {
    const { behaviour, expiry } = await start();
    behaviour.fails = "/v1/chain/get_info";
    expect(await expiry()).toBe(first);
    behaviour.fails = "/v1/net/connections";
    expect(await expiry()).toBe(first);
  });

  test("is not there while the node is down, and is the renewed one afterwards", async () => {
    const { node, expiry } = await start();
    expect(await expiry()).toBe(first);
    await node.close();
    expect(await expiry()).toBeUndefined();
    const later = await startFakeNode(wireWith(1), { tls: certificateUntil(renewed), port: node.port });
    onTestFinished(later.close);
    expect(await expiry()).toBe(renewed);
  });
});

test("a Date header is no clock of the node: a proxy may have written it", async () => {
  const net = await serve();
  const options = wire.options.parse({});
  const report = await poll(openSession(nodeConfig({ url: parseNodeUrl(net.url), options })));
  expect(report.clockSkewSeconds).toBeUndefined();
});

test("a reference is polled only for its head", async () => {
  const net = await serve();
  const options = wire.options.parse({});
  const report = await poll(openSession(nodeConfig({ role: "reference", url: parseNodeUrl(net.url), options })));
  expect(report.head.ok).toBe(true);
  expect(net.requests.map(({ url }) => url)).toEqual(["/v1/chain/get_info"]);
});

describe("a network that is set by hand", () => {
  const options = wire.options.parse({});

  test("is that of the node in all that is shown and compared, and is never sent", async () => {
    const net = await serve();
    const url = parseNodeUrl(net.url);
    const report = await poll(openSession(nodeConfig({ chain: "wire", network: "by-hand", url, options })));
    expect(report.identity.network).toBe("by-hand");
    expect(report.networkKey).toBe("wire by-hand");
    expect(JSON.stringify(net.requests)).not.toContain("by-hand");
  });

  test("is no sign of life of a node that answers nothing about itself", async () => {
    const node = await startFakeNode(() => ({ status: 500 }));
    onTestFinished(() => node.close());
    const url = parseNodeUrl(node.url);
    const report = await poll(openSession(nodeConfig({ chain: "wire", network: "by-hand", url, options })));
    expect(report.identity.network).toBeUndefined();
  });

  test("compares a monerod that hides its network with those that name it", async () => {
    const daemon = await startFakeNode(() => json({ result: { status: "OK", height: 7 } }));
    onTestFinished(() => daemon.close());
    const config = { network: "mainnet", url: parseNodeUrl(daemon.url), options: monero.options.parse({}) };
    expect((await poll(openSession(nodeConfig(config)))).networkKey).toBe("monero mainnet");
  });
});

test("a list without a single readable row is not an empty list", async () => {
  const node = await startFakeNode(({ url }) =>
    url === "/v1/net/connections" ? json([{ a: 1 }, 3], 201) : json({ head_block_num: 7 }),
  );
  onTestFinished(() => node.close());
  const options = wire.options.parse({});
  const report = await poll(openSession(nodeConfig({ chain: "wire", url: parseNodeUrl(node.url), options })));
  expect(report.peers).toMatchObject({
    ok: false,
    failure: {
      reason: "bad_shape",
      message: `peers at ${node.url}: expected rows of wire, found 2 that cannot be read`,
      advice: expect.stringContaining("check that chain and url belong together"),
    },
  });
  expect(report.head.ok).toBe(true);
});

test.each(["correct horse battery staple", "horse  battery", "plain Tr0ub4dor3 word", "tab\tinside it"])(
  "nothing of the password %j is shown that a gateway repeats where its words are cut (half of it was)",
  async (password) => {
    for (const before of [0, 98, 110]) {
      const message = `rate limited: ${"a ".repeat(before / 2)}${password} behind`;
      const node = await startFakeNode(() => json({ error: { code: -32005, message } }));
      onTestFinished(() => node.close());
      const auth = { kind: "basic", username: "a", password: inlineSecret(password) } as const;
      const session = openSession(
        nodeConfig({ url: parseNodeUrl(node.url), auth, chain: "monero", options: monero.options.parse({}) }),
      );
      const { head } = await poll(session);
      const words = password.split(/\s+/);
      expect(head.ok || head.failure.message).toContain("rate limited: ");
      for (const word of words) expect(JSON.stringify(head)).not.toMatch(new RegExp(`\\b${word}\\b`));
    }
  },
);

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
  const failed = async (limits: ResponseLimits) => {
    const report = await poll(
      openSession(nodeConfig({ url: parseNodeUrl(node.url), limits, options: wire.options.parse({}) })),
    );
    return [report.peers, report.head].map((part) =>
      part.ok ? undefined : part.failure.message.replace(/^.*?: /, ""),
    );
  };
  expect(await failed({})).toEqual([undefined, undefined]);
  const message = "expected at most 1 object members (one with a new name counts as ten) (limits.keys), found more";
  expect(await failed({ keys: 1 })).toEqual([undefined, expect.stringContaining(message)]);
  expect(await failed({ bytes: 2, keys: 100 })).toEqual([
    undefined,
    expect.stringMatching(/expected at most 2 \(limits\.bytes\), found \d+/),
  ]);
});

describe("a poll that fails or takes too long", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  describe("failures", () => {
    test("a thrown NodeError is the failure of the whole node", async () => {
      const { poller, state } = setUp({ "node-1": answers(new NodeError(failure("tls_pin"))) });
      await poller.poll("node-1");
      expect(state().report).toMatchObject({ peers: failing("tls_pin"), head: failing("tls_pin") });
      expect(state().history.failures.get("tls_pin")).toBe(1);
    });

    test("a thrown bug is `internal`, is logged with its stack, and the others go on", async () => {
      const { poller, state, lines } = setUp({
        broken: answers(new TypeError("x is not a function (secret-token)")),
        well: answers(report()),
      });
      await Promise.all([poller.poll("broken"), poller.poll("well")]);
      expect(state("broken").history.failures.get("internal")).toBe(1);
      expect(state("well").report?.peers.ok).toBe(true);
      const [error] = lines.filter(({ level }) => level === "error");
      expect(error).toMatchObject({ target: "broken", err: { message: "x is not a function (secret-token)" } });
      expect(error?.err?.stack).toContain("run-poll.test.ts");
      // What pages and labels may show has nothing of the bug's text.
      expect(JSON.stringify(state("broken").report)).not.toContain("secret-token");
      await poller.poll("broken");
      expect(state("broken").history.polls).toBe(2);
    });

    test("a session that throws before it gives a promise is no different", async () => {
      const throws: Poll = () => {
        throw new RangeError("synchronous");
      };
      const { poller, state } = setUp({ "node-1": throws });
      await poller.poll("node-1");
      expect(state().history.failures.get("internal")).toBe(1);
    });

    test("a bug in rendering withdraws the node's data instead of freezing it", async () => {
      const { poller, state, store, lines } = setUp(
        { "node-1": answers(report(), report({ head: head(13) }), report()) },
        {
          render: ({ report: given }) => {
            if (given?.head.ok && given.head.value.height === 13) throw new Error("cannot render 13");
            return given?.peers.ok ? "up" : "down";
          },
        },
      );
      await poller.poll("node-1");
      const shown = () => store.get("node-1")?.lines.bytes.toString();
      expect(shown()).toBe("up");
      await poller.poll("node-1");
      expect(shown()).toBe("down");
      expect(state().history).toMatchObject({ polls: 2, lastPoll: { failure: { reason: "internal" } } });
      expect(lines.filter(({ level }) => level === "error").map(({ err }) => err?.message)).toEqual([
        "cannot render 13",
      ]);
      await poller.poll("node-1");
      expect(shown()).toBe("up");
    });

    test("if the failure cannot be rendered either, the node is taken off the page", async () => {
      let isBroken = false;
      const { poller, store, lines } = setUp(
        { "node-1": answers(report(), report(), report()) },
        {
          render: () => {
            if (isBroken) throw new Error("cannot render");
            return "up";
          },
        },
      );
      const shown = () => store.get("node-1")?.lines.bytes.toString();
      await poller.poll("node-1");
      isBroken = true;
      await poller.poll("node-1");
      expect(shown()).toBe("");
      expect(lines.filter(({ level }) => level === "error")).toHaveLength(2);
      isBroken = false;
      await poller.poll("node-1");
      expect(shown()).toBe("up");
    });

    test("a poll never rejects, not even for an unknown node", async () => {
      const { poller, lines } = setUp({ "node-1": hang });
      await expect(poller.poll("unknown")).resolves.toBeUndefined();
      expect(lines).toMatchObject([{ level: "error", target: "unknown" }]);
    });
  });

  describe("the timeout", () => {
    test("ends a poll through its signal", async () => {
      const { poller, state } = setUp({ "node-1": obedient }, { nodes: { "node-1": { timeoutMs: 4000 } } });
      const poll = poller.poll("node-1");
      await vi.advanceTimersByTimeAsync(3999);
      expect(state().history.polls).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      await poll;
      expect(state().history.failures.get("timeout")).toBe(1);
      expect(state().history.lastPoll).toMatchObject({ startedMs: NOW, endedMs: NOW + 4000, durationSeconds: 4 });
    });

    test("a session that ignores its signal is given up a second later, and is a bug", async () => {
      const { poller, state, lines } = setUp({ "node-1": hang }, { nodes: { "node-1": { timeoutMs: 4000 } } });
      const poll = poller.poll("node-1");
      await vi.advanceTimersByTimeAsync(4999);
      expect(state().history.polls).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      await poll;
      expect(state().history.failures.get("internal")).toBe(1);
      expect(lines.some(({ level, err }) => level === "error" && err !== undefined)).toBe(true);
    });

    test("a session that ends in its second of grace still counts", async () => {
      const late: Poll = (signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () =>
            setTimeout(() => resolve(report({ head: head(7), peers: peersAt(9) })), 500),
          );
        });
      const { poller, state } = setUp({ "node-1": late }, { nodes: { "node-1": { timeoutMs: 4000 } } });
      const poll = poller.poll("node-1");
      await vi.advanceTimersByTimeAsync(4500);
      await poll;
      expect(state().lag.blocks).toBe(2);
    });

    test.each([
      ["stopped", (ms: number) => vi.spyOn(performance, "now").mockReturnValue(performance.now() + ms)],
      ["on a machine that was suspended", (ms: number) => vi.setSystemTime(Date.now() + ms)],
    ])("answers from before are not shown as new by a process that was %s during the poll", async (_, pause) => {
      onTestFinished(() => void vi.restoreAllMocks());
      let pausedMs = 0;
      const paused: Poll = async () => {
        pause(pausedMs);
        return report({ head: head(7), peers: peersAt(9) });
      };
      const { poller, state } = setUp({ "node-1": paused }, { nodes: { "node-1": { timeoutMs: 4000 } } });
      pausedMs = 5000;
      await poller.poll("node-1");
      expect(state().lag.blocks).toBe(2);
      pausedMs = 61_000;
      await poller.poll("node-1");
      expect(state().lag.blocks).toBeUndefined();
      expect(state().history.failures.get("timeout")).toBe(1);
    });

    test("a poll that ends leaves no timer and no listener that would end the next one", async () => {
      const signals: Signal[] = [];
      const { poller } = setUp({
        "node-1": async (signal) => {
          signals.push(signal);
          return report();
        },
      });
      for (let poll = 0; poll < 3; poll++) await poller.poll("node-1");
      expect(vi.getTimerCount()).toBe(0);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    });
  });
});
