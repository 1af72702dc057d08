import { createSocket } from "node:dgram";
import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type AddressRange,
  addressProblem,
  chooseDestination,
  createResolve,
  hostProblem,
  parseRange,
  type Resolve,
} from "../../src/rpc/address-filter.ts";

function ranges(...texts: string[]): readonly AddressRange[] {
  return texts.map((text) => {
    const range = parseRange(text);
    if (range === undefined) throw new Error(`no range: ${text}`);
    return range;
  });
}

describe("public addresses may be dialled", () => {
  test.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a01:4f8::1",
    "2001:4860:4860::8888",
    "::ffff:1.1.1.1",
    "::ffff:101:101",
    "64:ff9b::1.1.1.1",
  ])("%s", (address) => {
    expect(addressProblem(address, [])).toBeUndefined();
  });
});

describe("other addresses may not be dialled", () => {
  test.each<[string, string, RegExp]>([
    ["loopback", "127.0.0.1", /loopback/],
    ["the end of loopback", "127.255.255.255", /loopback/],
    ["this network", "0.0.0.0", /unspecified/],
    ["private", "10.0.0.1", /private/],
    ["private", "172.16.0.1", /private/],
    ["private", "172.31.255.255", /private/],
    ["private", "192.168.1.1", /private/],
    ["carrier-grade NAT", "100.64.0.1", /carrierGradeNat/],
    ["Alibaba's metadata", "100.100.100.200", /carrierGradeNat/],
    ["cloud metadata", "169.254.169.254", /linkLocal/],
    ["ECS metadata", "169.254.170.2", /linkLocal/],
    ["Azure's metadata", "168.63.129.16", /metadata/],
    ["Oracle's metadata", "192.0.0.192", /reserved/],
    ["documentation", "192.0.2.1", /reserved/],
    ["documentation", "198.51.100.1", /reserved/],
    ["documentation", "203.0.113.1", /reserved/],
    ["6to4 relay", "192.88.99.1", /reserved/],
    ["benchmarks", "198.18.0.1", /reserved/],
    ["AS112", "192.31.196.1", /as112/],
    ["multicast", "224.0.0.1", /multicast/],
    ["multicast", "239.255.255.255", /multicast/],
    ["reserved", "240.0.0.1", /reserved/],
    ["broadcast", "255.255.255.255", /broadcast|reserved/],
    ["IPv6 unspecified", "::", /unspecified/],
    ["IPv6 loopback", "::1", /loopback/],
    ["IPv6 loopback in full", "0:0:0:0:0:0:0:1", /loopback/],
    ["IPv6 link-local", "fe80::1", /linkLocal/],
    ["IPv6 site-local", "fec0::1", /deprecatedSiteLocal/],
    ["unique local", "fd00::1", /uniqueLocal/],
    ["AWS metadata", "fd00:ec2::254", /uniqueLocal/],
    ["IPv6 multicast", "ff02::1", /multicast/],
    ["IPv6 documentation", "2001:db8::1", /reserved/],
    ["the newer documentation", "3fff::1", /reserved/],
    ["discard", "100::1", /discard/],
    ["segment routing", "5f00::1", /segmentRouting/],
    ["ORCHID", "2001:20::1", /orchid/i],
    ["given to nobody", "4000::1", /not a public address/],
    ["given to nobody", "e000::1", /not a public address/],
    ["mapped loopback", "::ffff:127.0.0.1", /loopback/],
    ["mapped loopback in hex", "::ffff:7f00:1", /loopback/],
    ["mapped private", "::FFFF:10.1.2.3", /private/],
    ["mapped metadata", "::ffff:a9fe:a9fe", /linkLocal/],
    ["compatible loopback", "::127.0.0.1", /not a public address/],
    ["compatible public", "::1.1.1.1", /not a public address/],
    ["translated loopback", "::ffff:0:127.0.0.1", /rfc6145/],
    ["NAT64 of loopback", "64:ff9b::127.0.0.1", /loopback/],
    ["NAT64 of metadata", "64:ff9b::a9fe:a9fe", /linkLocal/],
    ["local NAT64", "64:ff9b:1::1.1.1.1", /rfc6052/],
    ["6to4 of private", "2002:a00:1::", /6to4/],
    ["6to4 of public", "2002:101:101::", /6to4/],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2", /teredo/],
    ["a zone", "fe80::1%eth0", /not an IP address/],
    ["a public one with a zone", "2606:4700::1%lo", /not an IP address/],
    ["two parts", "127.1", /not an IP address/],
    ["one part", "2130706433", /not an IP address/],
    ["hex", "0x7f000001", /not an IP address/],
    ["hex parts", "0x7f.0.0.1", /not an IP address/],
    ["octal", "0177.0.0.1", /not an IP address/],
    ["a zero before a number", "127.0.0.01", /not an IP address/],
    ["brackets", "[::1]", /not an IP address/],
    ["a port", "1.1.1.1:80", /not an IP address/],
    ["a space", " 1.1.1.1", /not an IP address/],
    ["nothing", "", /not an IP address/],
    ["a name", "localhost", /not an IP address/],
  ])("%s: %s", (_, address, problem) => {
    expect(addressProblem(address, [])).toMatch(problem);
  });

  test("whatever covers a private IPv4 address", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const inside = fc.oneof(
      fc.tuple(fc.constantFrom(10, 127, 0, 224, 240), octet, octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
    );
    const cover = fc.constantFrom("", "::ffff:", "::", "64:ff9b::", "::ffff:0:", "64:ff9b:1::");
    fc.assert(
      fc.property(inside, cover, (octets, prefix) => {
        expect(addressProblem(prefix + octets.join("."), [])).toBeDefined();
      }),
    );
  });
});

describe("allowed ranges", () => {
  test.each<[string, string, boolean]>([
    ["127.0.0.0/8", "127.8.9.10", true],
    ["127.0.0.0/8", "::ffff:127.0.0.1", true],
    ["127.0.0.0/8", "64:ff9b::127.0.0.1", true],
    ["127.0.0.0/8", "10.0.0.1", false],
    ["127.0.0.0/8", "::1", false],
    ["127.0.0.1/32", "127.0.0.2", false],
    ["::1/128", "::1", true],
    ["fd00::/8", "fd12::1", true],
    ["fd00::/8", "fe80::1", false],
    ["168.63.129.16/32", "168.63.129.16", true],
    ["0.0.0.0/0", "10.0.0.1", true],
    ["0.0.0.0/0", "::1", false],
    ["127.0.0.0/8", "127.1", false],
  ])("with %s, %s may be dialled: %s", (range, address, may) => {
    expect(addressProblem(address, ranges(range)) === undefined).toBe(may);
  });

  test.each([
    "",
    "10.0.0.0",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10/8",
    "0x0a.0.0.0/8",
    "::/129",
    "fe80::%eth0/64",
    "::ffff:127.0.0.0/104",
    "::ffff:127.0.0.0/8",
    "localhost/8",
    "10.0.0.0/8 ",
  ])("%j is not a range", (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});

describe("names", () => {
  test.each([
    "node.chainweb-community.org",
    "NODE.Chainweb-Community.org",
    "a_b.fly.dev",
    "node.fly.dev.",
    "localhost",
    "node-1",
    "1.2.3.4.sslip.io",
    "xn--nxasmq6b.com",
  ])("%s may be looked up", (name) => {
    expect(hostProblem(name, [])).toBeUndefined();
  });

  test.each<[string, RegExp]>([
    ["", /not a host name/],
    [".", /not a host name/],
    ["a..b", /not a host name/],
    ["-a.com", /not a host name/],
    ["a b.com", /not a host name/],
    ["a\r\nx: y", /not a host name/],
    ["a/b", /not a host name/],
    ["a:80", /not a host name/],
    ["user@host.com", /not a host name/],
    ["[::1]", /not a host name/],
    ["münchen.de", /not a host name/],
    ["fe80::1%eth0", /not an IP address/],
    [`${"a".repeat(64)}.com`, /not a host name/],
    [`${"a.".repeat(127)}com`, /not a host name/],
    ["127.1", /standard form/],
    ["2130706433", /standard form/],
    ["0x7f000001", /standard form/],
    ["0x7f.0.0.0x1", /standard form/],
    ["0177.0.0.1", /standard form/],
    ["127.0.0.1.", /standard form/],
    ["1.2.3.4.5", /standard form/],
    ["256.1.1.1", /standard form/],
    ["a.0x", /standard form/],
    ["abcdefgh.onion", /not in DNS/],
    ["abcdefgh.b32.i2p", /not in DNS/],
    ["node.example.org", /not in DNS/],
    ["EXAMPLE.NET.", /not in DNS/],
    ["node.example", /not in DNS/],
    ["a.invalid", /not in DNS/],
    ["127.0.0.1", /loopback/],
    ["::1", /loopback/],
  ])("%j may not", (name, problem) => {
    expect(hostProblem(name, [])).toMatch(problem);
  });
});

describe("the number to dial", () => {
  const { signal } = new AbortController();
  const answering =
    (...addresses: string[]): Resolve =>
    async () =>
      addresses;
  const never: Resolve = () => Promise.reject(new Error("not to be looked up"));

  test("an address is its own", async () => {
    expect(await chooseDestination("1.1.1.1", { allowed: [], resolve: never }, signal)).toEqual({
      kind: "allowed",
      address: "1.1.1.1",
    });
  });

  test("a name has the first of its addresses", async () => {
    const resolve = answering("1.1.1.1", "2606:4700::1");
    expect(await chooseDestination("node.fly.dev", { allowed: [], resolve }, signal)).toEqual({
      kind: "allowed",
      address: "1.1.1.1",
    });
  });

  test.each<[string, string[]]>([
    ["private", ["10.0.0.1"]],
    ["public and private", ["1.1.1.1", "10.0.0.1"]],
    ["public and mapped loopback", ["1.1.1.1", "::ffff:127.0.0.1"]],
    ["public and metadata", ["2606:4700::1", "169.254.169.254"]],
    ["public and something odd", ["1.1.1.1", "127.1"]],
  ])("a name with addresses that are %s has none", async (_, addresses) => {
    const resolve = answering(...addresses);
    const destination = await chooseDestination("node.fly.dev", { allowed: [], resolve }, signal);
    expect(destination.kind).toBe("forbidden");
  });

  test("a local name is judged by its number", async () => {
    const filter = { allowed: ranges("172.16.0.0/12"), resolve: answering("172.20.0.3") };
    expect(await chooseDestination("bootstrap-node", filter, signal)).toEqual({
      kind: "allowed",
      address: "172.20.0.3",
    });
    expect((await chooseDestination("bootstrap-node", { ...filter, allowed: [] }, signal)).kind).toBe("forbidden");
  });

  test("what must not be dialled is not looked up", async () => {
    for (const host of ["127.0.0.1", "127.1", "a.onion", "node.example.org", "a b"]) {
      const destination = await chooseDestination(host, { allowed: [], resolve: never }, signal);
      expect(destination.kind).toBe("forbidden");
    }
  });

  test.each<[string, Resolve]>([
    ["does not exist", () => Promise.reject(Object.assign(new Error("queryA"), { code: "ENOTFOUND" }))],
    ["has no address", answering()],
  ])("a name that %s has none", async (_, resolve) => {
    expect(await chooseDestination("node.fly.dev", { allowed: [], resolve }, signal)).toEqual({
      kind: "unresolved",
      problem: "the name does not resolve",
    });
  });

  test("a look-up that never ends is given up with the signal", async () => {
    const controller = new AbortController();
    const resolve: Resolve = () => new Promise(() => {});
    const destination = chooseDestination("node.fly.dev", { allowed: [], resolve }, controller.signal);
    controller.abort(new DOMException("late", "TimeoutError"));
    expect((await destination).kind).toBe("unresolved");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    // Nor is one begun when it is over.
    const after = await chooseDestination("node.fly.dev", { allowed: [], resolve }, controller.signal);
    expect(after.kind).toBe("unresolved");
  });
});

describe("the name servers", () => {
  /** A name server that knows `both`, `four` and `six`, denies `none`, and is silent otherwise. */
  async function nameServer(): Promise<Resolve> {
    const socket = createSocket("udp4");
    socket.on("message", (query, from) => {
      const answer = answerTo(query);
      if (answer !== undefined) socket.send(answer, from.port, from.address);
    });
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    onTestFinished(() => void socket.close());
    return createResolve([`127.0.0.1:${socket.address().port}`]);
  }

  const IPV4 = Buffer.of(1, 1, 1, 1);
  const IPV6 = Buffer.from("26064700000000000000000000001111", "hex");

  function answerTo(query: Buffer): Buffer | undefined {
    const name = query.subarray(13, 13 + query.readUInt8(12)).toString();
    const end = query.indexOf(0, 12) + 5;
    const isIpv6 = query.readUInt16BE(end - 4) === 28;
    if (!["both", "four", "six", "none"].includes(name)) return undefined;
    const data = name === "both" || name === (isIpv6 ? "six" : "four") ? (isIpv6 ? IPV6 : IPV4) : undefined;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(name === "none" ? 0x8183 : 0x8180, 2); // no such name, or no error
    head.writeUInt16BE(data === undefined ? 0 : 1, 6);
    head.writeUInt32BE(0, 8);
    if (data === undefined) return Buffer.concat([head, query.subarray(12, end)]);
    const record = Buffer.from([0xc0, 12, 0, isIpv6 ? 28 : 1, 0, 1, 0, 0, 0, 60, 0, data.length]);
    return Buffer.concat([head, query.subarray(12, end), record, data]);
  }

  test.each<[string, string[]]>([
    ["both.test", ["1.1.1.1", "2606:4700::1111"]],
    ["four.test", ["1.1.1.1"]],
    ["six.test", ["2606:4700::1111"]],
  ])("%s has %j", async (name, addresses) => {
    const resolve = await nameServer();
    expect(await resolve(name, new AbortController().signal)).toEqual(addresses);
  });

  test("a name that is not there", async () => {
    const resolve = await nameServer();
    await expect(resolve("none.test", new AbortController().signal)).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  test("a silent server is given up with the signal", async () => {
    const resolve = await nameServer();
    const controller = new AbortController();
    const answer = resolve("silent.test", controller.signal);
    setTimeout(() => controller.abort(), 50);
    await expect(answer).rejects.toMatchObject({ code: "ECANCELLED" });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});
