import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createRedactor, redactEcho, WITHHELD } from "../../src/config/redact.ts";
import { anyText } from "../support/any-text.ts";
import { canary, leakOf } from "../support/canaries.ts";

function configWith(node: object, rest: object = {}): Config {
  const result = parseConfig({ nodes: [{ name: "a", chain: "wire", url: "http://h", ...node }], ...rest }, undefined);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

function withToken(token: string): Config {
  return configWith({ auth: { bearer: { token } } });
}

const SECRET = canary();

const PLACES: readonly (readonly [string, Config])[] = [
  ["a password", configWith({ auth: { basic: { username: "u", password: SECRET } } })],
  ["a digest password", configWith({ auth: { digest: { username: "u", password: SECRET } } })],
  ["a token", withToken(SECRET)],
  ["a header", configWith({ auth: { header: { name: "X", value: SECRET } } })],
  ["the path of the URL", configWith({ url: `http://h/v1/${SECRET}/rpc` })],
  ["the query of the URL", configWith({ url: `http://h/?key=${SECRET}` })],
  ["the whole query", configWith({ url: `http://h/?${SECRET}` })],
  ["the user of the URL", configWith({ url: `http://${SECRET}@h/` })],
  ["the password of the URL", configWith({ url: `http://u:${SECRET}@h/` })],
  ["a further URL", configWith({ wire: { chain_url: `http://h/${SECRET}` } })],
  ["the password of a further URL", configWith({ wire: { prometheus_url: `http://u:${SECRET}@h/` } })],
  ["the hash key", configWith({}, { connections: { hash_key: SECRET } })],
  [
    "a reference",
    configWith(
      {},
      { references: [{ name: "r", chain: "monero", url: "http://h", auth: { bearer: { token: SECRET } } }] },
    ),
  ],
];

describe.each(PLACES)("%s", (_, config) => {
  const { learn, redact } = createRedactor();
  learn(config);

  test.each([
    ["as it is", SECRET],
    ["in an address", `http://other/${encodeURIComponent(SECRET)}/x`],
    ["in hex", Buffer.from(SECRET).toString("hex")],
    ["in base64", Buffer.from(SECRET).toString("base64")],
    ["in the base64 of credentials", Buffer.from(`u:${SECRET}`).toString("base64")],
    ["in base64url", Buffer.from(`us:${SECRET}`).toString("base64url")],
  ])("is taken out %s", (_form, text) => {
    expect(leakOf(SECRET, text)).toBeDefined();
    const redacted = redact(`before ${text} behind`) ?? "";
    expect(leakOf(SECRET, redacted)).toBeUndefined();
    expect(redacted).toMatch(/^before .*<secret>.* behind$/);
  });
});

describe("a redactor", () => {
  test("gives nothing before it knows a configuration", () => {
    expect(createRedactor().redact("anything")).toBeUndefined();
  });

  test("leaves other texts as they are", () => {
    const { learn, redact } = createRedactor();
    learn(configWith({ url: "http://user@h/v1/rpc?k=v" }));
    expect(redact("/v1/chain/get_info at http://h: expected k=v")).toBe("/v1/chain/get_info at http://h: expected k=v");
  });

  test("withholds a text that may hold a secret of few characters", () => {
    const { learn, redact } = createRedactor();
    learn(withToken("abc"));
    expect(redact("the alphabet: abcdef")).toBe(WITHHELD);
    expect(redact("the alphabet")).toBe("the alphabet");
  });

  test("knows the configuration before the present one, and none before that", () => {
    const { learn, redact } = createRedactor();
    for (const token of ["first-token", "second-token", "third-token"]) learn(withToken(token));
    expect(redact("first-token second-token third-token")).toBe("first-token <secret> <secret>");
  });

  test("takes out every secret of any kind of characters", () => {
    fc.assert(
      fc.property(anyText({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
        const { learn, redact } = createRedactor();
        learn(withToken(secret));
        for (const form of [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString("hex")]) {
          // What stands around it may make up the mask's own characters.
          if (!"<secret>".includes(secret)) expect(redact(before + form + after)).not.toContain(form);
        }
      }),
    );
  });
});

describe("what a node repeats", () => {
  test("loses the node's own credentials, and nothing that is only in its URL", () => {
    const [node] = configWith({
      url: "http://h/mainnet01/x?y=zzzzzzzzz",
      auth: { basic: { username: "monitor", password: SECRET } },
    }).nodes;
    const redact = node === undefined ? () => "" : redactEcho(node);
    expect(redact(`mainnet01: ${SECRET} zzzzzzzzz`)).toBe("mainnet01: <secret> zzzzzzzzz");
    expect(leakOf(SECRET, redact(Buffer.from(`monitor:${SECRET}`).toString("base64")))).toBeUndefined();
  });

  test("keeps a short word that happens to be a password", () => {
    const [node] = configWith({ auth: { basic: { username: "monitor", password: "v4.0" } } }).nodes;
    expect(node && redactEcho(node)("v4.0.1")).toBe("v4.0.1");
  });
});
