import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../src/config/parse.ts";
import { isObject } from "../../src/lib/json.ts";
import { exampleComments } from "../../tools/schema/example-comments.ts";
import { configJsonSchema } from "../../tools/schema/json-schema.ts";
import { ALL_KEYS } from "../config/schema-keys.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const EXAMPLE = readFileSync(`${root}config.example.yaml`, "utf8");

const schema = configJsonSchema(exampleComments(EXAMPLE));
const validate = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true }).compile(
  schema,
);

/** What the schema finds wrong; nothing for a good document. */
function errorsOf(document: unknown): readonly string[] {
  return validate(document)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

test("the example names the schema for editors in its first line", () => {
  expect(EXAMPLE.split("\n")[0]).toBe("# yaml-language-server: $schema=config.schema.json");
});

describe("valid configurations", () => {
  test("the example unchanged", () => {
    expect(errorsOf(parse(EXAMPLE))).toEqual([]);
  });

  const lines = EXAMPLE.split("\n");
  /** The example with one setting that is off switched on. */
  const variants = lines.flatMap((line, first) => {
    if (!/^\s*#\S/.test(line)) return [];
    const length = lines.slice(first).findIndex((next) => !/^\s*#/.test(next));
    const isOn = (index: number) => index >= first && index < first + length;
    return [
      [line.trim(), lines.map((text, index) => (isOn(index) ? text.replace("#", "") : text)).join("\n")] as const,
    ];
  });

  test.each(variants)("the example with %s", (_, text) => {
    expect(errorsOf(parse(text))).toEqual([]);
  });

  const shipped = [
    "README.md",
    ...readdirSync(`${root}docs`)
      .filter((file) => file.endsWith(".md"))
      .map((file) => `docs/${file}`),
  ];
  const documents = shipped.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/```yaml\n(.*?)```/gs)]
      .map(([, text = ""]) => parse(text, { logLevel: "silent" }))
      .filter((document) => isObject(document) && parseConfig(document, undefined).ok)
      .map((document, index) => [`${file} ${index + 1}`, document] as const),
  );

  test("there are some in the documentation", () => {
    expect(documents.length).toBeGreaterThan(1);
  });

  test.each(documents)("of %s", (_, document) => {
    expect(errorsOf(document)).toEqual([]);
  });

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of the configuration
  test.each([
    [
      "variables in place of any text",
      { name: "${N}", chain: "${C}", url: "${U}", interval: "${I}", auth: { bearer: { token: "${T}" } } },
    ],
    ["a socket", { name: "a", chain: "wire", url: "unix:/run/node.sock" }],
    ["an empty block", { name: "a", chain: "wire", url: "http://h", wire: null }],
  ])("%s", (_, node) => {
    expect(errorsOf({ nodes: [node], connections: { address: "${MODE}", hash_key: "${K}" } })).toEqual([]);
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: variables of the configuration

  test("modules without nodes", () => {
    expect(
      errorsOf({ probe: { allow: ["10.0.0.0/8:18081"], modules: { m: { chain: "monero", scheme: "http" } } } }),
    ).toEqual([]);
  });
});

describe("invalid configurations", () => {
  const NODE = { name: "a", chain: "wire", url: "http://h:1" };
  test.each<[string, unknown, string]>([
    ["an unknown key", { nodes: [NODE], global: { intervall: "1s" } }, "/global: must NOT have additional properties"],
    ["an unknown block", { nodes: [NODE], globl: {} }, ": must NOT have additional properties"],
    ["an unknown key of a node", { nodes: [{ ...NODE, uri: "x" }] }, "/nodes/0: must NOT have additional properties"],
    [
      "an unknown key of a reference",
      { nodes: [NODE], references: [{ ...NODE, uri: "x" }] },
      "/references/0: must NOT have additional properties",
    ],
    [
      "an unknown key of a chain's block",
      { nodes: [{ ...NODE, wire: { chian_url: "http://h" } }] },
      "/nodes/0/wire: must NOT have additional properties",
    ],
    [
      "an unknown key of a node's connections",
      { nodes: [{ ...NODE, connections: { max: 5 } }] },
      "/nodes/0/connections: must NOT have additional properties",
    ],
    [
      "two keys of hashes at a module",
      {
        probe: { modules: { m: { chain: "wire", connections: { hash_key: "0123456789abcdef", hash_key_file: "k" } } } },
      },
      "/probe/modules/m/connections/hash_key_file: boolean schema is false",
    ],
    [
      "connections of a reference",
      { nodes: [NODE], references: [{ ...NODE, connections: { series: false } }] },
      "/references/0/connections: boolean schema is false",
    ],
    ["the block of another chain", { nodes: [{ ...NODE, monero: {} }] }, "/nodes/0/monero: boolean schema is false"],
    [
      "a key that a module has not",
      { probe: { modules: { m: { chain: "wire", url: "http://h" } } } },
      "/probe/modules/m: must NOT have additional properties",
    ],
    ["a label name with a dash", { nodes: [{ ...NODE, labels: { "a-b": 1 } }] }, "/nodes/0/labels: property name"],
    ["a label name of Prometheus", { nodes: [{ ...NODE, labels: { __a: "b" } }] }, "/nodes/0/labels: property name"],
    ["no chain", { nodes: [{ name: "a", url: "http://h" }] }, "/nodes/0: must have required property 'chain'"],
    [
      "no such chain",
      { nodes: [{ ...NODE, chain: "solana" }] },
      "/nodes/0/chain: must be equal to one of the allowed values",
    ],
    ["no duration", { nodes: [NODE], global: { interval: "15 s" } }, "/global/interval: must match pattern"],
    ["an empty duration", { nodes: [NODE], global: { interval: "" } }, "/global/interval: must match pattern"],
    ["no URL", { nodes: [{ ...NODE, url: "127.0.0.1:8888" }] }, "/nodes/0/url: must match pattern"],
    [
      "a number that is too large",
      { nodes: [NODE], connections: { max_per_node: 1e6 } },
      "/connections/max_per_node: must be <= 100000",
    ],
    ["nothing to do", {}, ": must have required property 'nodes'"],
  ])("%s", (_, document, error) => {
    expect(errorsOf(document).join("\n")).toContain(error);
    expect(parseConfig(document, undefined).ok).toBe(false);
  });

  const LOGIN = { username: "u", password: "p" };
  const TLS_NODE = { ...NODE, url: "https://h:1" };
  test.each<[string, unknown, string]>([
    [
      "a password and its file",
      { nodes: [{ ...NODE, auth: { basic: { ...LOGIN, password_file: "f" } } }] },
      "/nodes/0/auth/basic: must match exactly one schema in oneOf",
    ],
    [
      "neither a password nor its file",
      { nodes: [{ ...NODE, auth: { digest: { username: "u" } } }] },
      "/nodes/0/auth/digest: must have required property 'password'",
    ],
    [
      "a token and its file",
      { nodes: [{ ...NODE, auth: { bearer: { token: "t", token_file: "f" } } }] },
      "/nodes/0/auth/bearer: must match exactly one schema in oneOf",
    ],
    [
      "the value of a header and its file",
      { nodes: [{ ...NODE, auth: { header: { name: "X-Key", value: "t", value_file: "f" } } }] },
      "/nodes/0/auth/header: must match exactly one schema in oneOf",
    ],
    [
      "two kinds of auth",
      { nodes: [{ ...NODE, auth: { basic: LOGIN, digest: LOGIN } }] },
      "/nodes/0/auth: must match exactly one schema in oneOf",
    ],
    [
      "an empty auth block",
      { nodes: [{ ...NODE, auth: {} }] },
      "/nodes/0/auth: must match exactly one schema in oneOf",
    ],
    [
      "a pin and an authority",
      { nodes: [{ ...TLS_NODE, tls: { pin: "0".repeat(64), ca_file: "ca.pem" } }] },
      "/nodes/0/tls/ca_file: boolean schema is false",
    ],
    [
      "a pin and no check at all",
      { nodes: [{ ...TLS_NODE, tls: { pin: "0".repeat(64), insecure: true } }] },
      "/nodes/0/tls/pin: boolean schema is false",
    ],
    [
      "another name and no check at all",
      { nodes: [{ ...TLS_NODE, tls: { server_name: "h.example", insecure: true } }] },
      "/nodes/0/tls/server_name: boolean schema is false",
    ],
    [
      "a client certificate without its key",
      { nodes: [{ ...TLS_NODE, tls: { insecure: true, cert_file: "client.crt" } }] },
      "/nodes/0/tls: must have property key_file when property cert_file is present",
    ],
    [
      "a client certificate for every target",
      { probe: { modules: { m: { chain: "wire", tls: { cert_file: "client.crt", key_file: "client.key" } } } } },
      "/probe/modules/m: must have required property 'hosts'",
    ],
    [
      "an empty tls block",
      { nodes: [{ ...TLS_NODE, tls: {} }] },
      "/nodes/0/tls: must NOT have fewer than 1 properties",
    ],
    [
      "an interval and a schedule",
      { nodes: [{ ...NODE, interval: "20s", schedule: "* * * * *" }] },
      "/nodes/0/schedule: boolean schema is false",
    ],
    [
      "two keys of the pseudonyms",
      { nodes: [NODE], connections: { hash_key: "0123456789abcdef", hash_key_file: "f" } },
      "/connections/hash_key_file: boolean schema is false",
    ],
    [
      "a module whose credentials may go anywhere",
      { probe: { allow: ["h:1"], modules: { m: { chain: "monero", auth: { digest: LOGIN } } } } },
      "/probe/modules/m: must have property hosts when property auth is present",
    ],
  ])("keys that exclude each other: %s", (_, document, error) => {
    expect(errorsOf(document).join("\n")).toContain(error);
    expect(parseConfig(document, undefined).ok).toBe(false);
  });

  /** Every choice of some of these keys. */
  function choices(entries: readonly (readonly [key: string, value: unknown])[]): readonly object[] {
    return Array.from({ length: 2 ** entries.length }, (_, bits) =>
      Object.fromEntries(entries.filter((_, index) => (bits >> index) % 2 === 1)),
    );
  }

  const TLS_KEYS = [["pin", "0".repeat(64)] as const, ["ca_file", "ca.pem"] as const, ["server_name", "h"] as const];
  const SECRETS = [["token", "t"] as const, ["token_file", "f"] as const];
  test.each<[string, readonly object[]]>([
    ["tls, checked", choices([...TLS_KEYS, ["insecure", false]]).map((tls) => ({ tls }))],
    ["tls, not checked", choices([...TLS_KEYS, ["insecure", true]]).map((tls) => ({ tls }))],
    [
      "auth",
      choices([
        ["basic", LOGIN],
        ["digest", LOGIN],
        ["bearer", { token: "t" }],
        ["header", { name: "X-Key", value: "v" }],
      ]).map((auth) => ({ auth })),
    ],
    ["one secret", choices(SECRETS).map((bearer) => ({ auth: { bearer } }))],
    [
      "pace",
      choices([
        ["interval", "20s"],
        ["schedule", "* * * * *"],
        ["timeout", "5s"],
      ]),
    ],
  ])("the schema and the program agree on every choice of keys: %s", (_, nodes) => {
    const verdicts = nodes.map((keys) => {
      const document = { nodes: [{ ...TLS_NODE, ...keys }] };
      return { keys, schema: errorsOf(document).length === 0, program: parseConfig(document, undefined).ok };
    });
    expect(verdicts.filter(({ schema, program }) => schema !== program)).toEqual([]);
    expect(new Set(verdicts.map(({ schema }) => schema))).toEqual(new Set([true, false]));
  });

  test("what the schema refuses of the bad fixtures, the program refuses as well; most unknown keys are found", () => {
    const folder = `${root}test/fixtures/config/bad`;
    const unknown = readdirSync(folder).filter((file) => /unknown.*\.yaml$/.test(file));
    expect(unknown.length).toBeGreaterThan(5);
    for (const file of unknown) {
      const document: unknown = parse(readFileSync(join(folder, file), "utf8"), { logLevel: "silent" });
      expect([file, errorsOf(document).length > 0]).toEqual([file, true]);
    }
  });
});

test("nearly every key has a description", () => {
  const described = new Set<string>();
  const walk = (at: unknown, path: string): void => {
    if (!isObject(at) || !isObject(at.properties)) return;
    for (const [key, value] of Object.entries(at.properties)) {
      const own = path === "" ? key : `${path}.${key}`;
      if (isObject(value) && typeof value.description === "string") described.add(own);
      walk(value, own);
    }
  };
  walk(schema, "");
  walk(isObject(schema.definitions) ? schema.definitions.node : {}, "nodes");
  const missing = [...ALL_KEYS].filter(
    (key) => !described.has(key) && !key.startsWith("nodes.auth.") && !key.startsWith("nodes.tls."),
  );
  expect(missing).toEqual([
    "connections.hash_key_file",
    "probe.modules",
    "nodes.connections.hash_key_file",
    "nodes.monero",
    "nodes.bitcoin",
  ]);
});
