import fc from "fast-check";
import { anyJson, jsonText } from "../chains/hostile.ts";
import { anyText } from "../support/any-text.ts";
import type { Change } from "./changes.ts";

/** One case: a node that is polled a few times, and what it answers each time. Plain data: see replay.ts. */
export type Scenario = {
  /** Which configuration of the adapter. */
  readonly variant: number;
  readonly steps: readonly Step[];
  /** Whether the honest nodes of its network are polled behind it. */
  readonly fleet: boolean;
};

export type Step = {
  /** How far the clocks go on before the poll. */
  readonly pause: Pause;
  /** The answers begin as: well ones, those of the last poll, or exactly those of the last poll. */
  readonly from: "well" | "last" | "same";
  /** Which of the well answers. */
  readonly choice: number;
  readonly changes: readonly (readonly [call: number, change: Change])[];
};

/** A minute back: the wall clock alone is set. */
export const PAUSES = { none: 0, second: 1, turn: 15, minute: 60, long: 660, back: -60 } as const;
export type Pause = keyof typeof PAUSES;

/** Values at the edges of what types, formats and rules allow. */
const TOKENS = [
  ...["0", "-0", "-1", "0.1", "1e400", "-1e400", "1e-400", "1E2", "1.0", "01", "NaN", "Infinity", "0x10", "+1"],
  ...["9007199254740991", "9007199254740992", "9007199254740993", "18446744073709551615", "18446744073709551616"],
  ...["-9223372036854775808", "4294967295", "4294967296", "2147483648", "9".repeat(400), `0.${"3".repeat(300)}`],
  ...["null", "true", "false", "undefined", "", "[]", "{}", "[[]]", '""', '"0"', '"-1"', '"9007199254740991"'],
  ...['"18446744073709551615"', '"9999999999999999"', '"1e5"', '" 1"', '"١٢"', '"true"', '"null"', '"NaN"', '"OK"'],
  ...['"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u0000\\u0001\\u001f\\u007f\\u0085"', '"\\u2028\\u2029"'],
  ...['"\\u202e\\u200f evil"', '"\\ufeff"', '"\\uffff"', '"a\\nb"', '"\\\\n"', '"\\""', '"\\\\"', '"}"', '"# EOF\\n"'],
  ...['"x\\"} 1\\nup 1\\n#"', `"${"x".repeat(5000)}"`, `"${"𝕏".repeat(300)}"`, '"__proto__"', '"constructor"'],
  ...['{"__proto__":{"status":"OK"}}', '{"constructor":1}', '{"toString":null}', '{"length":5}', '{"a":1,"a":2}'],
  ...['"1970-01-01T00:00:00.000"', '"9999-12-31T23:59:59.999"', '"2026-02-30T25:61:61"', '"2026-01-15T23:30:00.000"'],
  ...[
    '"::ffff:192.0.2.1"',
    '"[::1]:0"',
    '"]:99999"',
    '"fe80::1%eth0"',
    '"0.0.0.0:0"',
    '"256.1.1.1:1"',
    '"1.2.3.4:70000"',
  ],
  ...[
    '"127.1"',
    '"localhost"',
    '"a.onion:1"',
    '"A.ONION"',
    '"b32.i2p"',
    '"<unknown>"',
    '"<unknown tor host>"',
    '"2130706433"',
  ],
  ...[
    '"[]:1"',
    '"1.2.3.4:1:blk"',
    '":::trx"',
    '":blk"',
    '" - "',
    '" - 1234567"',
    '"synchronizing"',
    '"before_handshake"',
  ],
  ...['"mainnet01"', '"testnet04"', '"testnet"', '"fakechain"', '"BUSY"', '"Busy"', '"inclusive:5"', '"exclusive:0"'],
  ...[
    `"${"f".repeat(64)}"`,
    `"${"0".repeat(64)}"`,
    `"${"A".repeat(43)}"`,
    `"${"_".repeat(43)}"`,
    '"3.2"',
    '"0.18.4.4"',
  ],
  ...['"v1.2.2"', "385", "384", "391", "392", "-1e308", "1e308", "5e-324", "253402300800", "8640000000001", "1e15"],
];

const KEYS = [
  ...[
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "toString",
    "length",
    "then",
    "toJSON",
    "",
    "0",
    "1",
    "999",
    "1000",
  ],
  ...["items", "hashes", "height", "result", "error", "status", "connections", "peer", "next", "value", "untrusted"],
].map((key) => JSON.stringify(key));

const place = fc.oneof({ weight: 3, arbitrary: fc.nat(3000) }, { weight: 1, arbitrary: fc.nat(12) });
const text = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...TOKENS) },
  { weight: 1, arbitrary: fc.maxSafeInteger().map(String) },
  { weight: 1, arbitrary: anyJson.map(jsonText) },
  { weight: 1, arbitrary: anyText({ maxLength: 20 }).map((value) => JSON.stringify(value)) },
);
const hex = fc.oneof(
  fc.constantFrom(
    "00",
    "ff",
    "c0af",
    "eda080",
    "efbbbf",
    "0a",
    "0d0a",
    "22",
    "5c",
    "5c76",
    "7d",
    "5d",
    "2c",
    "1f8b",
    "f0",
  ),
  fc.string({ unit: fc.constantFrom("0", "1", "7", "8", "c", "e", "f"), minLength: 2, maxLength: 8 }),
);

const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ["date", ["Fri, 02 Jan 2026 03:04:05 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 275760 00:00:00 GMT", "x"]],
  ["age", ["0", "-1", ""]],
  ["retry-after", ["0", "1", "120", "-5", "99999999999999999999", "Fri, 02 Jan 2026 04:00:00 GMT", "soon", ""]],
  ["server", ["Chainweb P2P API", "Chainweb Service API", "", "\u00e9\u0001"]],
  ["x-server-timestamp", ["1767323045", "0", "-1", "99999999999", "999999999", "1e9"]],
  ["x-chainweb-node-version", ["3.2", "2.24.1", "0.0", "9999.9", '"} 1', "\u00e9\u00ff", "x".repeat(3000), ""]],
  [
    "www-authenticate",
    [
      'Digest qop="auth",algorithm=MD5,realm="monero-rpc",nonce="vqk4Dp",stale=false',
      'Digest qop="auth",algorithm=MD5-sess,realm="a\\"b",nonce="x", Digest qop="auth",algorithm=SHA-256,nonce="y"',
      'Digest qop="auth",realm="\u00e9\u0001\u007f",nonce="",opaque="\u0009"',
      'Digest qop="auth-int",nonce="x"',
      'Digest nonce="x',
      "Basic realm=x",
      `Digest ${"a=b,".repeat(500)}`,
      `Digest qop=auth,nonce=${"n".repeat(4000)}`,
    ],
  ],
];
const header = fc.constantFrom(
  ...HEADERS.flatMap(([name, values]) => values.map((value) => ({ kind: "header" as const, name, value }))),
);

const CODES = [
  ...["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "EPIPE", "CLIENT_CLOSED"],
  ...["HPE_HEADER_OVERFLOW", "HPE_INVALID_CHUNK_SIZE", "HPE_INVALID_CONSTANT", "EPROTO", "EMFILE"],
  ...["CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID", "EWHATEVER"],
];

const STATUSES = [200, 201, 204, 206, 301, 302, 400, 401, 403, 404, 418, 429, 500, 502, 503, 504, 599, 299, 999];

const amount = fc.oneof(fc.constantFrom(1, 2, 10, 30, 1000, -1, -10, -1000, 1_000_000_000), fc.integer());
const times = fc.oneof({ weight: 12, arbitrary: fc.nat(4) }, { weight: 2, arbitrary: fc.nat(40) }, fc.nat(600));
const depth = fc.oneof({ weight: 6, arbitrary: fc.nat(70) }, fc.constantFrom(1000, 20_000));

export const anyChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ kind: fc.constant("set" as const), place, text }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("drop" as const), place }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("repeat" as const), place, times }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("copy" as const), place, from: place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rename" as const), place, key: fc.constantFrom(...KEYS) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("insert" as const), place, key: fc.constantFrom(...KEYS), text }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("shuffle" as const), place, seed: fc.nat(1000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("nest" as const), place, depth, object: fc.boolean() }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("add" as const), place, amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("flip" as const), at: fc.nat(20_000), bit: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), at: fc.nat(20_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("splice" as const), at: fc.nat(20_000), remove: fc.nat(8), hex }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("status" as const), status: fc.constantFrom(...STATUSES) }) },
  { weight: 2, arbitrary: header },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("swap" as const), with: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("alien" as const), number: fc.nat(40) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("fail" as const),
      code: fc.constantFrom(...CODES),
      afterHeaders: fc.boolean(),
    }),
  },
);

const step: fc.Arbitrary<Step> = fc.record({
  pause: fc.oneof(
    { weight: 3, arbitrary: fc.constant("minute" as const) },
    fc.constantFrom<Pause>("none", "second", "turn", "long", "back"),
  ),
  from: fc.oneof({ weight: 2, arbitrary: fc.constant("last" as const) }, fc.constantFrom<Step["from"]>("well", "same")),
  choice: fc.nat(60),
  changes: fc.array(fc.tuple(fc.nat(40), anyChange), { maxLength: 5 }),
});

export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  variant: fc.nat(30),
  steps: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(step) },
    { weight: 1, arbitrary: fc.array(step, { minLength: 2, maxLength: 4, size: "medium" }) },
  ),
  // Polls of nodes that are well cost as much as those of the others, and show less.
  fleet: fc.nat(4).map((number) => number === 1),
});
