import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Candidate, checkPeer, type PeerCheckSettings } from "../../../src/chains/chainweb/check-peer.ts";
import { withDeadline } from "../../../src/lib/abort.ts";
import type { Resolve } from "../../../src/rpc/address-filter.ts";
import { createRpcClient } from "../../../src/rpc/client.ts";
import { type Answer, json, type OnSocket, startRawServer } from "../../support/fake-node.ts";
import { tempFolder } from "../../support/servers.ts";
import { candidate, cutAnswer, cutBody, hashOf, ranges, type TlsPeer, tlsPeer } from "./support.ts";

const LOOPBACK = ranges("127.0.0.0/8");
const noLookUp: Resolve = () => Promise.reject(new Error("no name here"));

function probe(peer: Candidate, settings: Partial<PeerCheckSettings> = {}, resolve: Resolve = noLookUp) {
  const filter = { allowed: LOOPBACK, resolve };
  return checkPeer(
    peer,
    { network: "mainnet01", filter, timeoutMs: 5000, connectUntrusted: createRpcClient, ...settings },
    new AbortController().signal,
  );
}

function pinned({ port, peerId }: TlsPeer, host = "127.0.0.1"): Candidate {
  return candidate(host, port, peerId);
}

test("a peer sends its head and its version, and receives nothing about the node", async () => {
  const peer = await tlsPeer(() => cutAnswer([7, 8], "2.31"));
  expect(await probe(pinned(peer))).toEqual({
    kind: "reachable",
    version: "2.31",
    head: {
      height: 15,
      chainHeights: new Map([
        ["0", 7],
        ["1", 8],
      ]),
    },
  });
  expect(peer.requests).toMatchObject([{ method: "GET", url: "/chainweb/0.0/mainnet01/cut", body: "" }]);
  expect(peer.requests[0]?.headers).toEqual({
    host: `127.0.0.1:${peer.port}`,
    accept: "application/json",
    connection: "keep-alive",
  });
  await expect.poll(peer.openConnections).toBe(0);
});

test("a server with another certificate than listed receives no byte of a request", async () => {
  const peer = await tlsPeer(() => cutAnswer([7]));
  expect(await probe(candidate("127.0.0.1", peer.port, hashOf("another")))).toEqual({ kind: "unreachable" });
  expect([peer.connections(), peer.bytesReceived(), peer.requests]).toEqual([1, 0, []]);
  await expect.poll(peer.openConnections).toBe(0);
});

describe("a peer without an id is known by its name", () => {
  async function authority(altNames: readonly string[], host: string, isKnown = true) {
    const peer = await tlsPeer(() => cutAnswer([7]), altNames);
    const caFile = join(tempFolder(), "ca.pem");
    writeFileSync(caFile, peer.cert);
    const result = await probe(
      candidate(host, peer.port, null),
      {
        connectUntrusted: (options) => {
          expect(options.tls.kind).toBe("ca");
          return createRpcClient(isKnown ? { ...options, tls: { ...options.tls, kind: "ca", caFile } } : options);
        },
      },
      async () => ["127.0.0.1"],
    );
    return { peer, result };
  }

  test("its certificate is for the name, not for the number that is dialled", async () => {
    const { peer, result } = await authority(["node.fly.dev"], "node.fly.dev");
    expect(result.kind).toBe("reachable");
    expect(peer.requests[0]?.headers.host).toBe(`node.fly.dev:${peer.port}`);
  });

  test("or for the number, where it has no name", async () => {
    expect((await authority(["127.0.0.1"], "127.0.0.1")).result.kind).toBe("reachable");
  });

  test.each<[string, string[], string, boolean]>([
    ["another name", ["other.fly.dev"], "node.fly.dev", true],
    ["the number alone", ["127.0.0.1"], "node.fly.dev", true],
    ["the name, but no authority known here", ["node.fly.dev"], "node.fly.dev", false],
  ])("a certificate for %s gets no byte of a request", async (_, altNames, host, isKnown) => {
    const { peer, result } = await authority(altNames, host, isKnown);
    expect(result).toEqual({ kind: "unreachable" });
    expect([peer.bytesReceived(), peer.requests]).toEqual([0, []]);
  });
});

describe("where it is", () => {
  test("the number that was checked is dialled: a name is looked up once", async () => {
    const peer = await tlsPeer(() => cutAnswer([7]));
    const asked: string[] = [];
    const resolve: Resolve = async (name) => {
      asked.push(name);
      // A second look-up would lead elsewhere.
      return asked.length === 1 ? ["127.0.0.1"] : ["127.0.0.2"];
    };
    expect((await probe(pinned(peer, "rebinding.test"), {}, resolve)).kind).toBe("reachable");
    expect(asked).toEqual(["rebinding.test"]);
    expect(peer.requests[0]?.headers.host).toBe(`rebinding.test:${peer.port}`);
  });

  test.each<[string, string, readonly string[]]>([
    ["loopback", "127.0.0.1", []],
    ["mapped loopback", "::ffff:127.0.0.1", []],
    ["IPv6 loopback", "::1", []],
    ["half an address", "127.1", []],
    ["a name of loopback", "local.test", ["127.0.0.1"]],
    ["a name of the metadata service", "meta.test", ["169.254.169.254"]],
    ["a name of a public and a private address", "mixed.test", ["1.1.1.1", "10.0.0.1"]],
  ])("%s is refused without a packet", async (_, host, addresses) => {
    const peer = await tlsPeer(() => cutAnswer([7]));
    const resolve: Resolve = async () => addresses;
    const connectUntrusted = () => {
      throw new Error("dialled");
    };
    const settings = { filter: { allowed: [], resolve }, connectUntrusted };
    expect(await probe(pinned(peer, host), settings)).toEqual({ kind: "refused" });
    expect(peer.connections()).toBe(0);
  });

  test("a name that does not resolve is not reachable", async () => {
    expect(await probe(candidate("gone.test", 1789, null))).toEqual({ kind: "unreachable" });
  });

  test("the port of a name is left out where it is the usual one", async () => {
    const hosts: (string | undefined)[] = [];
    const connectUntrusted: PeerCheckSettings["connectUntrusted"] = (options) => {
      hosts.push(`${options.url.label} ${options.hostHeader}`);
      return createRpcClient({ ...options, connectTimeoutMs: 1 });
    };
    await probe(candidate("a.test", 443, null), { connectUntrusted }, async () => ["127.0.0.1"]);
    await probe(candidate("::1", 1789, null), {
      connectUntrusted,
      filter: { allowed: ranges("::1/128"), resolve: noLookUp },
    });
    expect(hosts).toEqual(["https://127.0.0.1 a.test", "https://[::1]:1789 undefined"]);
  });
});

describe("answers that are not accepted", () => {
  const other = json(cutBody([7], "testnet06"));
  const nameless = json({ ...cutBody([7]), instance: undefined });
  test.each<[string, Answer]>([
    ["another network", other],
    ["no network", nameless],
    ["404", { status: 404 }],
    ["the throttle", json({ message: "Too many requests." }, 429)],
    ["no JSON", { body: "<html>" }],
    ["no cut", json({ items: [] })],
    ["more than 2 MiB", json({ ...cutBody([7]), padding: "x".repeat(2 * 1024 * 1024) })],
  ])("%s", async (_, answer) => {
    const peer = await tlsPeer(() => answer);
    expect(await probe(pinned(peer))).toEqual({ kind: "unreachable" });
    expect(peer.requests).toHaveLength(1);
    await expect.poll(peer.openConnections).toBe(0);
  });

  test("a redirect is not followed", async () => {
    const elsewhere = await tlsPeer(() => cutAnswer([7]));
    const headers = { location: `${elsewhere.url}/chainweb/0.0/mainnet01/cut` };
    const peer = await tlsPeer(() => ({ status: 302, headers }));
    expect(await probe(pinned(peer))).toEqual({ kind: "unreachable" });
    expect([peer.requests.length, elsewhere.connections()]).toEqual([1, 0]);
  });

  test("a body without an end is cut off at 2 MiB", async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024, " ");
    const peer = await tlsPeer(() => ({
      body: (response) => {
        const pour = () => {
          while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        };
        response.on("drain", pour).on("error", () => {});
        pour();
      },
    }));
    expect(await probe(pinned(peer))).toEqual({ kind: "unreachable" });
    await expect.poll(peer.openConnections).toBe(0);
    // What the sockets' buffers held comes on top.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  test("a closed port", async () => {
    const peer = await tlsPeer(() => cutAnswer([7]));
    await peer.close();
    expect(await probe(pinned(peer))).toEqual({ kind: "unreachable" });
  });

  test("plain HTTP gets no request", async () => {
    let received = "";
    const server = await startRawServer((socket) => {
      socket.on("data", (data) => {
        received += data.toString("latin1");
        socket.end("HTTP/1.1 200 OK\r\n\r\n");
      });
    });
    onTestFinished(() => server.close());
    expect(await probe(candidate("127.0.0.1", server.port, hashOf("x")))).toEqual({ kind: "unreachable" });
    expect(received).not.toContain("GET");
  });
});

/** It never comes to an end by itself, so each of these would time out without a limit. */
describe("a slow peer", () => {
  const SHORT = 100;

  test.each<[string, Answer]>([
    ["for its answer", { body: () => {} }],
    ["for the rest of its answer", { body: (response) => response.write('{"hashes":') }],
  ])("%s", async (_, answer) => {
    const peer = await tlsPeer(() => answer);
    expect(await probe(pinned(peer), { timeoutMs: SHORT })).toEqual({ kind: "unreachable" });
    await expect.poll(peer.openConnections).toBe(0);
  });

  test.each<[string, OnSocket]>([
    // Only a socket that is read sees its end.
    ["for TLS", (socket) => void socket.resume()],
    ["for the end of TLS", (socket) => void socket.resume().write(Buffer.of(22, 3, 3, 0, 80))],
  ])("%s", async (_, onSocket) => {
    const server = await startRawServer(onSocket);
    onTestFinished(() => server.close());
    const peer = candidate("127.0.0.1", server.port, hashOf("x"));
    expect(await probe(peer, { timeoutMs: SHORT })).toEqual({ kind: "unreachable" });
    await expect.poll(server.openConnections).toBe(0);
  });

  test("for its name", async () => {
    const resolve: Resolve = () => new Promise(() => {});
    const work = probe(candidate("slow.test", 1789, null), { timeoutMs: SHORT }, resolve);
    expect(await work).toEqual({ kind: "unreachable" });
  });

  test("and a poll that ends meanwhile", async () => {
    const peer = await tlsPeer(() => ({ body: () => {} }));
    const settings = { network: "mainnet01", timeoutMs: 60_000, connectUntrusted: createRpcClient };
    const filter = { allowed: LOOPBACK, resolve: noLookUp };
    const { signal } = new AbortController();
    const work = withDeadline(signal, SHORT, (poll) => checkPeer(pinned(peer), { ...settings, filter }, poll));
    expect(await work).toEqual({ kind: "unreachable" });
    await expect.poll(peer.openConnections).toBe(0);
  });
});
