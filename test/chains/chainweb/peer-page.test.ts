import { describe, expect, test } from "vitest";
import { decodePage, fetchPeerPages } from "../../../src/chains/chainweb/peer-page.ts";
import { NodeError } from "../../../src/model/failure.ts";
import { LIST_BUDGET } from "../../../src/rpc/budget.ts";
import { fields, fixture, jsonReply, line, list, memoryClient, type Reply, thrownFailure } from "../support.ts";

const CALL = "cut/peer at https://192.0.2.1:1789";
const PATH = "/chainweb/0.0/mainnet01/cut/peer";

function peer(hostname: unknown, port: unknown = 1789, id: unknown = null) {
  return { id, address: { hostname, port } };
}

describe("decodePage", () => {
  test("gives the peers and the cursor", () => {
    const { peers, malformed, rows, next } = decodePage(fixture("chainweb/peers.page1.json"), CALL);
    expect(peers.map(line)).toEqual([
      "unknown 192.0.2.1:1789 ipv4",
      "unknown Node-1.Example:443 unknown",
      "unknown [2001:db8::3]:31350 ipv6",
      "unknown 198.51.100.4:1789 ipv4",
    ]);
    expect([malformed, rows, next]).toEqual([0, 4, "inclusive:4"]);
  });

  test("the list has only addresses", () => {
    for (const one of decodePage(fixture("chainweb/peers.page1.json"), CALL).peers) {
      const { id, direction, address, ...rest } = one;
      expect([typeof id, direction, typeof address, rest]).toEqual(["string", "unknown", "object", {}]);
    }
  });

  test("the proof of a peer's identity", () => {
    const id = "LnjBDxVqJ4A848QWQKfw2z837aqzbdpoB-H795O5i4Q";
    const sha256 = Buffer.from(id, "base64url");
    const ids = [id, null, undefined, "", "x", `${id}=`, 7, {}];
    const items = ids.map((each, index) => ({ id: each, address: { hostname: `h${index}`, port: 1789 } }));
    const { peers, identities } = decodePage({ items }, CALL);
    expect(peers).toHaveLength(ids.length);
    expect([...identities]).toEqual([
      ["h0:1789", { kind: "pinned", sha256 }],
      ["h1:1789", { kind: "ca" }],
      ["h2:1789", { kind: "ca" }],
    ]);
  });

  test("of two rows with one address the first counts", () => {
    const first = peer("a", 1789, "LnjBDxVqJ4A848QWQKfw2z837aqzbdpoB-H795O5i4Q");
    const { identities } = decodePage({ items: [first, peer("A")] }, CALL);
    expect([...identities.values()].map(({ kind }) => kind)).toEqual(["pinned"]);
  });

  test.each<[unknown, string | undefined]>([
    [null, undefined],
    [undefined, undefined],
    ["", undefined],
    ["exclusive:7", "exclusive:7"],
  ])("the cursor %j is %j", (next, expected) => {
    expect(decodePage({ items: [], next }, CALL).next).toBe(expected);
  });

  test("a cursor that would fill the URL of the next request is refused", () => {
    const longest = "i".repeat(256);
    expect(decodePage({ items: [], next: longest }, CALL).next).toBe(longest);
    expect(thrownFailure(() => decodePage({ items: [], next: `${longest}i` }, CALL))).toMatchObject({
      reason: "bad_shape",
      message: `${CALL}: expected a cursor of at most 256 characters, found one of 257`,
    });
  });

  test("the wrapper of the documentation's sample is taken off", () => {
    const value = { items: [peer("192.0.2.1")], next: "inclusive:1" };
    expect(decodePage({ value }, CALL)).toEqual(decodePage(value, CALL));
    expect(decodePage({ ...value, value: { items: [] } }, CALL).rows).toBe(1);
  });

  test("a malformed row does not affect the others", () => {
    const bad = [
      null,
      7,
      [],
      {},
      { id: null, address: null },
      { id: null, address: "192.0.2.1:1789" },
      peer(""),
      peer(7),
      peer("192.0.2.1", 0),
      peer("192.0.2.1", -1),
      peer("192.0.2.1", 65_536),
      peer("192.0.2.1", null),
      peer("192.0.2.1", 1.5),
    ];
    const { peers, malformed, rows } = decodePage({ items: [...bad, peer("192.0.2.1", "1789")] }, CALL);
    expect([peers.length, malformed, rows]).toEqual([1, bad.length, bad.length + 1]);
  });

  test.each([[null], [[]], ["x"], [{}], [{ items: {} }], [{ value: {} }], [{ value: [] }], [{ peers: [] }]])(
    "%j is not a page",
    (answer) => {
      expect(thrownFailure(() => decodePage(answer, CALL))).toEqual({
        reason: "bad_shape",
        message: `${CALL}: expected an object with a list of items`,
        advice: "check that the URL is the node's P2P API (default port 1789), not its service API",
      });
    },
  );
});

describe("fetchPeerPages", () => {
  /** Reads the list of a node that answers these pages by the cursor asked for. */
  async function fetch(pages: (cursor: string | null, number: number) => Reply, url = "http://192.0.2.1:1848") {
    const asked: string[] = [];
    const client = memoryClient(({ path }) => {
      asked.push(path);
      return pages(new URL(path, "http://node").searchParams.get("next"), asked.length);
    }, url);
    const { signal } = new AbortController();
    const { list: found, firstResponse } = await fetchPeerPages(client, PATH, () => undefined, signal);
    return { asked, ...found, firstResponse };
  }

  test("one page is enough for a node with few peers", async () => {
    const { asked, connections } = await fetch(() => jsonReply({ limit: 1, items: [peer("192.0.2.1")], next: null }));
    expect(asked).toEqual([`${PATH}?limit=512`]);
    expect(connections.map(line)).toEqual(["unknown 192.0.2.1:1789 ipv4"]);
  });

  test("eight pages, each as large as an answer may be, are refused at the second: they filled a heap of 128 MB", async () => {
    const size = LIST_BUDGET.bytes / 2;
    const page = (number: number, bytes: number) => {
      const text = JSON.stringify({ items: [peer(`h${number}`)], next: `inclusive:${number}` });
      return { body: text + " ".repeat(bytes - text.length) };
    };
    const full = fetch((_, number) => page(number, number < 3 ? size : 1000));
    await expect(full.catch((error: NodeError) => error.failure)).resolves.toMatchObject({
      reason: "too_large",
      message: `all pages of cut/peer at http://192.0.2.1:1848: expected at most 3MiB (limits.bytes), found ${2 * size + 1000}`,
    });
    const { connections } = await fetch((_, number) => page(number, number < 3 ? size - 4000 : 1000));
    expect(connections).toHaveLength(8);
  });

  test("follows the cursor and drops peers that come again, in whatever case", async () => {
    const { asked, connections, malformed } = await fetch((cursor) =>
      jsonReply(fixture(`chainweb/peers.page${cursor === null ? 1 : 2}.json`)),
    );
    expect(asked).toEqual([`${PATH}?limit=512`, `${PATH}?limit=512&next=inclusive%3A4`]);
    expect(connections.map(line)).toEqual([
      "unknown 192.0.2.1:1789 ipv4",
      "unknown Node-1.Example:443 unknown",
      "unknown [2001:db8::3]:31350 ipv6",
      "unknown 198.51.100.4:1789 ipv4",
      "unknown 198.51.100.4:1790 ipv4",
      "unknown [2001:db8::7]:1789 ipv6",
    ]);
    expect(malformed).toBe(0);
  });

  test("two ways to write an IPv6 address are one peer", async () => {
    const items = [peer("2001:db8::1"), peer("2001:DB8:0:0::1"), peer("2001:db8::1", 1790)];
    const { connections } = await fetch(() => jsonReply({ items, next: null }));
    expect(connections).toHaveLength(2);
  });

  test("ids need not be unique", async () => {
    const items = [peer("192.0.2.1", 1, "same"), peer("192.0.2.2", 1, "same")];
    expect((await fetch(() => jsonReply({ items, next: null }))).connections).toHaveLength(2);
  });

  test("malformed rows of all pages are counted", async () => {
    const { connections, malformed } = await fetch((cursor) =>
      jsonReply({ items: [null, peer("192.0.2.1")], next: cursor === null ? "inclusive:2" : null }),
    );
    expect([connections.length, malformed]).toEqual([1, 2]);
  });

  test.each<[string, (cursor: string | null, page: number) => unknown, number]>([
    ["an empty page, as limit=0 gives", () => ({ limit: 0, items: [], next: "inclusive:0" }), 1],
    [
      "a page beyond the end",
      (cursor) => ({ items: cursor === null ? [peer("192.0.2.1")] : [], next: cursor === null ? "inclusive:1" : null }),
      2,
    ],
    ["a cursor that comes again", () => ({ items: [peer("192.0.2.1")], next: "inclusive:1" }), 2],
    ["a list without an end", (_, page) => ({ items: [peer(`node-${page}.example`)], next: `inclusive:${page}` }), 8],
    [
      "pages far larger than asked for",
      (_, page) => ({
        items: Array.from({ length: 2500 }, (__, index) => peer(`node-${page}-${index}.example`)),
        next: `inclusive:${page}`,
      }),
      2,
    ],
  ])("ends at %s", async (_, page, requests) => {
    expect((await fetch((cursor, number) => jsonReply(page(cursor, number)))).asked).toHaveLength(requests);
  });

  test("gives the headers of the first page", async () => {
    const { firstResponse } = await fetch((cursor) => ({
      ...jsonReply({ items: [peer("192.0.2.1")], next: cursor === null ? "inclusive:1" : null }),
      headers: { "x-chainweb-node-version": cursor === null ? "3.2" : "9" },
    }));
    expect(firstResponse.headers).toEqual({ "x-chainweb-node-version": "3.2" });
  });

  test("a path and a query of the URL stay", async () => {
    const reply = () => jsonReply({ items: [], next: null });
    expect((await fetch(reply, "https://gateway.example/kda/?key=s3cret")).asked).toEqual([
      `/kda${PATH}?key=s3cret&limit=512`,
    ]);
  });

  test("a page that fails is a failure of the list: half of it would be wrong", async () => {
    const half = fetch((cursor) =>
      cursor === null ? jsonReply(fixture("chainweb/peers.page1.json")) : { status: 500 },
    );
    await expect(half).rejects.toThrow(NodeError);
    await expect(half).rejects.toThrow("cut/peer at http://192.0.2.1:1848: expected HTTP 200, found 500");
  });
});

test("the fixture has what the node sends: a page's own count as limit", () => {
  const page = fields(fixture("chainweb/peers.page1.json"));
  expect(page.limit).toBe(list(page.items).length);
});
