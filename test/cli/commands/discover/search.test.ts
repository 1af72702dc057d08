import { expect, test } from "vitest";
import { FIRST_NAMES } from "../../../../src/chains/index.ts";
import { attemptsAt } from "../../../../src/cli/commands/discover/entry.ts";
import type { Ask } from "../../../../src/cli/commands/discover/search.ts";
import { search } from "../../../../src/cli/commands/discover/search.ts";
import { createSelfSignedCertificate } from "../../../../src/demo/certificate.ts";
import { deadReport, failing, peersAt, report } from "../../../poll/support.ts";
import { fakeNode, GET, patience, refusal, rpcClient } from "../../../rpc/support.ts";
import { json } from "../../../support/fake-node.ts";
import { polledNode } from "../support.ts";

const NO_PIN = "A".repeat(43);
/** A Chainweb node on testnet06 with its service API, whose certificate nobody signed. @param refused what it says to a wrong pin */
const testnet =
  (refused: ReturnType<typeof failing>): Ask =>
  async (entries) =>
    entries.map((entry) => {
      const { network, service_url: service } = entry.options;
      if (entry.tls?.pin === NO_PIN) return { entry, polled: polledNode(report({ peers: refused, head: refused })) };
      const isThere = entry.url === "https://h.example:1789" && entry.chain === "chainweb" && entry.tls !== undefined;
      if (!isThere) return { entry, polled: polledNode(deadReport()) };
      if (network !== "testnet06") return { entry, polled: polledNode(deadReport("wrong_network")) };
      const info = service === "http://h.example:1848" ? { ok: true as const, value: {} } : failing("connect");
      const apis = new Map(service === undefined ? [] : [["info", info] as const]);
      return { entry, polled: polledNode(report({ peers: peersAt(1, 2), apis })) };
    });

test("a node on another network, with a certificate of its own and a service API", async () => {
  const { peerId, ...tls } = createSelfSignedCertificate({ commonName: "h.example" });
  const node = await fakeNode(() => json({}), { tls });
  const pin = { kind: "pin", sha256: Buffer.alloc(32) } as const;
  const { failure } = await refusal(rpcClient(node.url, { tls: pin }).request(GET, patience()));
  const { found } = await search(attemptsAt("h.example"), testnet(failing(failure.reason, failure)));
  expect(found.map(({ best, isPinned }) => [best.entry, isPinned])).toEqual([
    [
      {
        ...{ name: "", chain: "chainweb", url: "https://h.example:1789", tls: { pin: peerId } },
        options: { network: "testnet06", service_url: "http://h.example:1848" },
      },
      true,
    ],
  ]);
});

test("a URL that may hold a token is sent only to a server with a trusted certificate", async () => {
  const asked: (object | undefined)[] = [];
  const ask: Ask = async (entries) => {
    asked.push(...entries.map(({ tls }) => tls));
    return entries.map((entry) => ({ entry, polled: polledNode(deadReport("tls")) }));
  };
  await search(attemptsAt("https://user:token@h.example/path"), ask);
  expect(asked).toEqual(FIRST_NAMES.map(() => undefined));
});

test("credentials are sent only to a server with a trusted certificate, or with the given one", async () => {
  const asked: (object | undefined)[] = [];
  const ask: Ask = async (entries) => {
    asked.push(...entries.map(({ tls }) => tls));
    return entries.map((entry) => ({ entry, polled: polledNode(deadReport("tls")) }));
  };
  const auth = { bearer: { token_file: "/t" } };
  for (const polled of [{ auth }, { tls: { pin: "PIN" } }, { auth, tls: { cert_file: "/c", key_file: "/k" } }]) {
    await search(attemptsAt("https://h.example"), ask, { polled, shown: polled, notes: [] });
  }
  expect(new Set(asked)).toEqual(new Set([undefined]));
});

test.each([
  ["192.0.2.7", "http://192.0.2.7:8888"],
  ["2001:db8::7", "http://[2001:db8::7]:8888"],
  ["[2001:db8::7]:99", "https://[2001:db8::7]:99"],
  ["h.example:99", "http://h.example:99"],
  ["unix:/run/node.sock", "unix:/run/node.sock"],
])("%s may be %s", (address, url) => {
  expect(attemptsAt(address).map((attempt) => attempt.url)).toContain(url);
});

test.each([
  ...["", "a/b", "user@h"].map((address) => [address, "expected a host, host:port or a URL"]),
  ["a b", "without spaces"],
  ["h:0", "a port from 1 to 65535"],
  ["h:99999", "a port from 1 to 65535"],
  ["[::1", "write [::1]"],
  ["2001:db8::7:18081", "write [2001:db8::7]:18081"],
  ["fe80::1%eth0", "zone"],
  ["http://::1:18081", "write http://[::1]:18081"],
  ["https://::1:18081", "write https://[::1]:18081"],
  ["http:/127.0.0.1", "two slashes"],
])("%j is not an address: %s", (address, message) => {
  expect(() => attemptsAt(address)).toThrow(message);
});
