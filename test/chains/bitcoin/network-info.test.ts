import { describe, expect, test } from "vitest";
import { decodeNetworkInfo, decodeTotals, startOf, versionOf } from "../../../src/chains/bitcoin/network-info.ts";
import { thrownFailure } from "../support.ts";

const CALL = "getnetworkinfo at http://127.0.0.1:8332";

function network(name: string, reachable: boolean): object {
  return { name, limited: !reachable, reachable, proxy: "", proxy_randomize_credentials: false };
}

/** Exported help of 0.16. */
const CORE_0_16 = {
  ...{ version: 160_300, subversion: "/Satoshi:0.16.3/", protocolversion: 70_015, localservices: "000000000000040d" },
  ...{ localrelay: true, timeoffset: -1, networkactive: true, connections: 8 },
  networks: [network("ipv4", true), network("ipv6", true), network("onion", false)],
  ...{ relayfee: 0.000_01, incrementalfee: 0.000_01, warnings: "" },
  localaddresses: [{ address: "203.0.113.1", port: 8333, score: 4 }],
};
const CORE_22 = {
  ...{ ...CORE_0_16, subversion: "/Satoshi:22.0.0/", connections_in: 3, connections_out: 5 },
  networks: [...CORE_0_16.networks, network("i2p", false)],
};
const CORE_30 = {
  ...{ ...CORE_22, subversion: "/Satoshi:30.1.0/", warnings: [] },
  networks: [...CORE_22.networks, network("cjdns", true)],
};

describe("each release and program", () => {
  test.each<[string, object, string, Record<string, boolean>]>([
    ["Core 0.16", CORE_0_16, "Satoshi:0.16.3", { ipv4: true, ipv6: true, onion: false }],
    ["Core 22", CORE_22, "Satoshi:22.0.0", { ipv4: true, ipv6: true, onion: false, i2p: false }],
    ["Core 23 to 30", CORE_30, "Satoshi:30.1.0", { ipv4: true, ipv6: true, onion: false, i2p: false, cjdns: true }],
  ])("%s", (_, answer, version, reachable) => {
    const info = decodeNetworkInfo(answer, CALL);
    expect(info).toMatchObject({ isActive: true, timeOffsetSeconds: -1, localAddresses: 1 });
    expect(Object.fromEntries(info.reachable)).toEqual(reachable);
    expect(versionOf(info)).toBe(version);
  });

  test("zcashd 6: nothing about the switch of the network, and 0 as the offset of its time, always", () => {
    const { networkactive, ...answer } = { ...CORE_0_16, subversion: "/MagicBean:6.0.0/", timeoffset: 0 };
    expect(decodeNetworkInfo(answer, CALL)).toMatchObject({ isActive: undefined, timeOffsetSeconds: undefined });
  });

  test("the operator switched the network off", () => {
    const info = decodeNetworkInfo({ ...CORE_30, networkactive: false, localaddresses: [] }, CALL);
    expect(info).toMatchObject({ isActive: false, localAddresses: 0 });
  });

  test.each<[unknown, string | undefined]>([
    ["/Satoshi:27.1.0/Knots:20240801/", "Satoshi:27.1.0/Knots:20240801"],
    ["/Satoshi:30.0.0(a comment)/", "Satoshi:30.0.0(a comment)"],
    ["/Bitcoin Cash Node:27.1.0(EB32.0)/", "Bitcoin Cash Node:27.1.0(EB32.0)"],
    ["Satoshi", "Satoshi"],
    ["//", undefined],
    ["", undefined],
    [7, undefined],
  ])("version %j", (subversion, version) => {
    expect(versionOf(decodeNetworkInfo({ subversion }, CALL))).toBe(version);
  });
});

test("values that are none, and networks that are not known, are left out", () => {
  const networks = [
    ...[null, "ipv4", { name: "ipv4" }, { name: "ipv6", reachable: "yes" }, network("mars", true)],
    // No network of the answer has these names, and the metric no such label.
    ...[network("not_publicly_routable", true), network("unknown", true), network("onion", true)],
  ];
  const info = decodeNetworkInfo({ networks, timeoffset: 1.5, localaddresses: {}, networkactive: 1 }, CALL);
  expect([...info.reachable]).toEqual([["onion", true]]);
  expect(info).toMatchObject({ timeOffsetSeconds: undefined, localAddresses: undefined, isActive: undefined });
  expect(decodeNetworkInfo({ networks: "x", timeoffset: 2 ** 60 }, CALL)).toMatchObject({
    reachable: new Map(),
    timeOffsetSeconds: undefined,
  });
  expect(thrownFailure(() => decodeNetworkInfo([], CALL)).reason).toBe("bad_shape");
});

describe("getnettotals", () => {
  const TIMES = { sentMs: 1_767_323_045_000, receivedMs: 1_767_323_045_100 };
  /** All releases; target 0: no limit. */
  const TOTALS = {
    ...{ totalbytesrecv: 5_000_000_000_000, totalbytessent: 7, timemillis: 1_767_323_047_050 },
    uploadtarget: {
      ...{ timeframe: 86_400, target: 0, target_reached: false, serve_historical_blocks: true },
      ...{ bytes_left_in_cycle: 0, time_left_in_cycle: 0 },
    },
  };
  const decode = (changes: object = {}) => decodeTotals({ ...TOTALS, ...changes }, "getnettotals", TIMES);

  test("counts, and the node's clock from the middle of the call", () => {
    expect(decode()).toEqual({
      ...{ received: 5_000_000_000_000, sent: 7, timeMs: 1_767_323_047_050 },
      ...{ clockSkewSeconds: 2, uploadLeftBytes: undefined },
    });
  });

  test.each<[string, object, number | undefined]>([
    ["a target", { target: 5e9, bytes_left_in_cycle: 3e9 }, 3e9],
    ["nothing left of it", { target: 5e9, bytes_left_in_cycle: 0, target_reached: true }, 0],
    ["no target", { target: 0, bytes_left_in_cycle: 3e9 }, undefined],
    ["a broken one", { target: "much" }, undefined],
  ])("%s", (_, uploadtarget, expected) => {
    expect(decode({ uploadtarget }).uploadLeftBytes).toBe(expected);
  });

  test("btcd has no target", () => {
    expect(decode({ uploadtarget: undefined }).uploadLeftBytes).toBeUndefined();
  });

  test("without a time", () => {
    expect(decode({ timemillis: 0 })).toMatchObject({ timeMs: undefined, clockSkewSeconds: undefined });
  });

  test.each([null, [], {}, { totalbytesrecv: 1 }, { totalbytesrecv: -1, totalbytessent: 1 }])("%j", (answer) => {
    expect(thrownFailure(() => decodeTotals(answer, "getnettotals", TIMES)).message).toBe(
      "getnettotals: expected counts of bytes",
    );
  });
});

describe("the start of the process", () => {
  test.each<[string, number | undefined, number | undefined, number | undefined, number | undefined]>([
    ["the first time", undefined, 1_767_323_045_900, 45, 1_767_323_000],
    ["a second later by rounding", 1_767_323_000, 1_767_323_046_000, 45, 1_767_323_000],
    ["two seconds earlier", 1_767_323_000, 1_767_323_045_000, 47, 1_767_323_000],
    ["another process", 1_767_323_000, 1_767_323_145_000, 45, 1_767_323_100],
    ["no time", 1_767_323_000, undefined, 45, undefined],
    ["no uptime", 1_767_323_000, 1_767_323_045_000, undefined, undefined],
    ["longer than there are clocks", undefined, 1_767_323_045_000, 2 ** 52, undefined],
  ])("%s", (_, before, timeMs, uptimeSeconds, expected) => {
    expect(startOf(before, { timeMs, uptimeSeconds })).toBe(expected);
  });
});

test("what zcashd and zebrad answer whatever is the case is not shown (zebrad had no address, and no network out of reach)", () => {
  const answer = {
    ...{ timeoffset: 0, localaddresses: [], warnings: "" },
    networks: [{ name: "ipv4", limited: false, reachable: true, proxy: "" }],
  };
  expect(decodeNetworkInfo({ ...answer, subversion: "/Zebra:3.0.0/" }, CALL)).toMatchObject({
    ...{ software: "zcash", timeOffsetSeconds: undefined, localAddresses: undefined, reachable: new Map() },
  });
  expect(decodeNetworkInfo({ ...answer, subversion: "/MagicBean:6.2.0/" }, CALL)).toMatchObject({
    ...{ software: "zcash", timeOffsetSeconds: undefined, localAddresses: 0, reachable: new Map([["ipv4", true]]) },
  });
});
