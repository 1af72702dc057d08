import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createNodeRedaction, createRedactor, WITHHELD } from "../../src/config/redact.ts";
import { isSendable } from "../../src/lib/secret.ts";
import { anyText } from "../support/any-text.ts";
import { canary, leakOf } from "../support/canaries.ts";
import { tempFolder } from "../support/servers.ts";

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
  ["a further header", configWith({ auth: { headers: [{ name: "X", value: SECRET }] } })],
  ["the path of the URL", configWith({ url: `http://h/v1/${SECRET}/rpc` })],
  ["the query of the URL", configWith({ url: `http://h/?key=${SECRET}` })],
  ["the whole query", configWith({ url: `http://h/?${SECRET}` })],
  ["the user of the URL", configWith({ url: `http://${SECRET}@h/` })],
  ["the password of the URL", configWith({ url: `http://u:${SECRET}@h/` })],
  ["a further URL", configWith({ wire: { chain_url: `http://h/${SECRET}` } })],
  ["the password of a further URL", configWith({ wire: { prometheus_url: `http://u:${SECRET}@h/` } })],
  ["the hash key", configWith({}, { connections: { hash_key: SECRET } })],
  ["the hash key of a node", configWith({ connections: { hash_key: SECRET } })],
  [
    "the hash key of a module",
    configWith({}, { probe: { modules: { m: { chain: "wire", connections: { hash_key: SECRET } } } } }),
  ],
  [
    "a reference",
    configWith(
      {},
      { references: [{ name: "r", chain: "monero", url: "http://h", auth: { bearer: { token: SECRET } } }] },
    ),
  ],
];

describe.each(PLACES)("%s", (_, config) => {
  const { addSecrets, redact } = createRedactor();
  addSecrets(config);

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
    const { addSecrets, redact } = createRedactor();
    addSecrets(configWith({ url: "http://user@h/v1/rpc?k=v" }));
    expect(redact("/v1/chain/get_info at http://h: expected k=v")).toBe("/v1/chain/get_info at http://h: expected k=v");
  });

  test("withholds a text that may hold a secret of few characters", () => {
    const { addSecrets, redact } = createRedactor();
    addSecrets(withToken("abc"));
    expect(redact("the alphabet: abcdef")).toBe(WITHHELD);
    expect(redact("the alphabet")).toBe("the alphabet");
  });

  test("knows the current and the previous configuration, but no earlier one", () => {
    const { addSecrets, redact } = createRedactor();
    for (const token of ["first-token", "second-token", "third-token"]) addSecrets(withToken(token));
    expect(redact("first-token second-token third-token")).toBe("first-token <secret> <secret>");
  });

  test("takes out every secret of any kind of characters", () => {
    fc.assert(
      fc.property(anyText({ minLength: 4 }).filter(isSendable), fc.string(), fc.string(), (secret, before, after) => {
        const { addSecrets, redact } = createRedactor();
        addSecrets(withToken(secret));
        for (const form of [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString("hex")]) {
          // What stands around it may make up the mask's own characters.
          if (!"<secret>".includes(secret)) expect(redact(before + form + after)).not.toContain(form);
        }
      }),
    );
  });
});

function echoOf(node: object, text: string): string {
  const [first] = configWith(node).nodes;
  if (first === undefined) throw new Error("no node");
  return createNodeRedaction(first)()?.(text) ?? text;
}

describe("what a node repeats", () => {
  test("loses the node's own credentials and tokens, but no common word", () => {
    const node = {
      url: "http://h/chainweb/0.0/mainnet01/v1/k3yk3y/x?api_key=zzzzzz",
      auth: { basic: { username: "watcher", password: SECRET } },
    };
    expect(echoOf(node, `mainnet01 chainweb /v1 api_key: ${SECRET} zzzzzz k3yk3y Watcher`)).toBe(
      "mainnet01 chainweb /v1 api_key: <secret> <secret> <secret> <secret>",
    );
    expect(echoOf(node, Buffer.from(`watcher:${SECRET}`).toString("base64"))).toMatch(/^<secret>=*$/);
  });

  test("loses a path of short parts as a whole", () => {
    expect(echoOf({ url: "http://h/ab1/cd2" }, "GET /ab1/cd2/v1/chain: ab1")).toBe("GET <secret>/v1/chain: ab1");
  });

  test("keeps the network that its chain's block names", () => {
    const node = { chain: "chainweb", url: "http://h/chainweb/0.0/private07/", chainweb: { network: "private07" } };
    expect(echoOf(node, "private07")).toBe("private07");
  });

  test("keeps a short word that happens to be a password", () => {
    expect(echoOf({ auth: { basic: { username: "u", password: "v4.0" } } }, "v4.0.1")).toBe("v4.0.1");
  });

  test("loses a login of a short name and a short password, which is long in base64", () => {
    const auth = { basic: { username: "ab", password: "c3d4" } };
    expect(echoOf({ auth }, `got Basic ${Buffer.from("ab:c3d4").toString("base64")}`)).toBe("got Basic <secret>==");
  });

  test("is not searched where a node has no credentials", () => {
    const [node] = configWith({ url: "http://h/v1/json_rpc" }).nodes;
    expect(node && createNodeRedaction(node)()).toBeUndefined();
    // A key of hashes is no credential: no node receives it.
    const [keyed] = configWith({ url: "http://h/v1/json_rpc", connections: { hash_key: SECRET } }).nodes;
    expect(keyed && createNodeRedaction(keyed)()).toBeUndefined();
  });
});

test("of a cookie file the pair and the password alone are taken out, in every form", async () => {
  const path = join(tempFolder(), ".cookie");
  writeFileSync(path, `__cookie__:${SECRET}\n`);
  const config = configWith({ auth: { cookie_file: path } });
  const { addSecrets, redact } = createRedactor();
  addSecrets(config);
  const [{ auth } = { auth: undefined }] = config.nodes;
  if (auth?.kind !== "cookie") throw new Error("expected a cookie");
  await auth.pair.reveal();
  for (const text of [SECRET, `__cookie__:${SECRET}`, `<${SECRET}>`]) {
    const forms = [text, Buffer.from(text).toString("base64"), Buffer.from(text).toString("hex")];
    for (const form of forms) expect(leakOf(SECRET, redact(`a ${form} b`) ?? "")).toBeUndefined();
  }
  expect(redact("the user __cookie__ and .cookie stay")).toBe("the user __cookie__ and .cookie stay");
});
