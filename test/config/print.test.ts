import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { describeNodes, describePolling, printConfig } from "../../src/config/print.ts";
import { selectShard } from "../../src/config/shard.ts";
import { isObject } from "../../src/lib/json.ts";
import { canary, leaksIn } from "../support/canaries.ts";
import { tempFolder } from "../support/servers.ts";
import { ALL_KEYS } from "./schema-keys.ts";

const OF_COINS = { bitcoin: 6, litecoin: 6, dogecoin: 6, bitcoincash: 6, dash: 6, zcash: 6 };

const FILE = join(tempFolder(), "config.yaml");
const at = (name: string) => join(FILE, "..", name);

function load(raw: unknown): Config {
  const result = parseConfig(raw, FILE);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

/** What stands in the file beside the comment. */
function printed(raw: unknown): unknown {
  return parse(printConfig(load(raw)));
}

test("one node with its defaults", () => {
  const config = load({ nodes: [{ name: "a", chain: "wire", url: "http://127.0.0.1:8888" }] });
  expect(printConfig(config)).toBe(`\
# The current configuration. Each node shows its defaults and the settings of \`global\`;
# a node or module shows \`connections\` if some of its settings differ from the shared ones.
# Secrets are shown as <secret>. URLs are shown without path and query, which may contain tokens.
connections:
  series: true
  max_per_node: 100
  max_new_per_hour: 2000
  address: host
lag:
  min_support: 2
  reorg_depth:
    wire: 36
    antelope: 36
    monero: 10
    chainweb: 6
    bitcoin: 6
    litecoin: 6
    dogecoin: 6
    bitcoincash: 6
    dash: 6
    zcash: 6
probe:
  allow: []
  concurrency: 10
nodes:
  - name: a
    chain: wire
    url: http://127.0.0.1:8888
    labels: {}
    interval: 15s
    timeout: 10s
`);
});

/** Every key that can stand in a file, with values of which none is a default. */
const WHOLE = {
  global: {
    ...{ interval: "1m30s", timeout: "7s" },
    limits: { bytes: "8MiB", pieces: 1, depth: 2, containers: 3, keys: 4, strings: 5, numbers: 6 },
  },
  connections: { series: false, max_per_node: 5, max_new_per_hour: 9, address: "hashed", hash_key: "0123456789abcdef" },
  lag: { min_support: 3, reorg_depth: { monero: 20 } },
  probe: {
    allow: ["https://*.example.com:443/token/*", "10.0.0.0/8:*"],
    modules: {
      plain: { chain: "monero", network: "coin", limits: { bytes: 5000 }, connections: { address: "none" } },
      gateway: {
        chain: "wire",
        hosts: ["*.example.com:443/token/*"],
        scheme: "https",
        auth: { bearer: { token: "t" } },
      },
    },
    concurrency: 3,
  },
  references: [{ name: "r", chain: "chainweb", url: "https://user:pass@example.com:443/path?query=1", interval: "1m" }],
  nodes: [
    {
      name: "basic",
      chain: "wire",
      url: "https://example.com/token",
      labels: { region: "eu" },
      auth: { basic: { username: "u", password: "p" } },
      limits: { bytes: 2048, pieces: 10, depth: 20, containers: 30, keys: 40, strings: 50, numbers: 60 },
      connections: { series: true, hash_key_file: at("k") },
      tls: { ca_file: at("ca.pem"), server_name: "kadena.internal" },
      wire: { chain_url: "http://a:1/t", prometheus_url: "http://b:2/?t", host_header: "nodeop.internal:8888" },
    },
    {
      name: "digest",
      chain: "monero",
      network: "by-hand",
      url: "http://h",
      auth: { digest: { username: "u", password_file: at("p") } },
    },
    { name: "bearer", chain: "monero", url: "http://h", schedule: "*/5 * * * *", auth: { bearer: { token: "t" } } },
    { name: "header", chain: "antelope", url: "http://h", auth: { header: { name: "X-Api-Key", value: "v" } } },
    {
      name: "kadena",
      chain: "chainweb",
      url: "https://[2001:db8::1]:1789",
      timeout: "2s",
      tls: { pin: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
      chainweb: {
        network: "testnet04",
        mempool_peers: true,
        tip_age: true,
        probe: { peers: 2, timeout: "1s500ms", concurrency: 2, allow: ["10.0.0.0/8"] },
        service_url: "http://service:1848/t?k=v",
      },
    },
    { name: "insecure", chain: "chainweb", url: "https://h", tls: { insecure: true } },
    { name: "socket", chain: "wire", url: "unix:/run/node.sock" },
  ],
};

test("every setting, with the keys of the file", () => {
  const limits = { bytes: "8MiB", pieces: 1, depth: 2, containers: 3, keys: 4, strings: 5, numbers: 6 };
  const pace = { interval: "1m30s", timeout: "7s", limits };
  const username = "<secret>";
  const shown = { series: false, max_per_node: 5, max_new_per_hour: 9, address: "hashed" };
  const connections = { ...shown, hash_key: "<secret>" };
  expect(printed(WHOLE)).toEqual({
    connections,
    lag: { min_support: 3, reorg_depth: { wire: 36, antelope: 36, monero: 20, chainweb: 6, ...OF_COINS } },
    probe: {
      allow: ["https://*.example.com:443/…", "10.0.0.0/8:*"],
      modules: {
        plain: {
          ...{ chain: "monero", network: "coin", scheme: "http", labels: {}, timeout: "7s" },
          limits: { ...limits, bytes: "5000" },
          connections: { ...connections, address: "none" },
        },
        gateway: {
          ...{ chain: "wire", scheme: "https", hosts: ["*.example.com:443/…"], labels: {}, timeout: "7s" },
          limits,
          auth: { bearer: { token: "<secret>" } },
        },
      },
      concurrency: 3,
    },
    references: [
      {
        ...{ name: "r", chain: "chainweb", url: "https://example.com", labels: {}, interval: "1m", timeout: "7s" },
        limits,
        tls: { insecure: false },
        chainweb: {
          ...{ network: "mainnet01", mempool_peers: false, tip_age: false },
          probe: { peers: 0, timeout: "4s", concurrency: 4, allow: [] },
        },
      },
    ],
    nodes: [
      {
        ...{ name: "basic", chain: "wire", url: "https://example.com", labels: { region: "eu" }, ...pace },
        limits: { bytes: "2KiB", pieces: 10, depth: 20, containers: 30, keys: 40, strings: 50, numbers: 60 },
        connections: { ...shown, series: true, hash_key_file: at("k") },
        auth: { basic: { username, password: "<secret>" } },
        tls: { ca_file: at("ca.pem"), server_name: "kadena.internal" },
        wire: { chain_url: "http://a:1", prometheus_url: "http://b:2", host_header: "nodeop.internal:8888" },
      },
      {
        ...{ name: "digest", chain: "monero", network: "by-hand", url: "http://h", labels: {}, ...pace },
        auth: { digest: { username, password_file: at("p") } },
      },
      {
        ...{
          name: "bearer",
          chain: "monero",
          url: "http://h",
          labels: {},
          schedule: "*/5 * * * *",
          timeout: "7s",
          limits,
        },
        auth: { bearer: { token: "<secret>" } },
      },
      {
        ...{ name: "header", chain: "antelope", url: "http://h", labels: {}, ...pace },
        auth: { header: { name: "X-Api-Key", value: "<secret>" } },
      },
      {
        ...{ name: "kadena", chain: "chainweb", url: "https://[2001:db8::1]:1789", labels: {} },
        ...{ interval: "1m30s", timeout: "2s", limits },
        tls: { pin: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
        chainweb: {
          ...{ network: "testnet04", mempool_peers: true, tip_age: true, service_url: "http://service:1848" },
          probe: { peers: 2, timeout: "1s500ms", concurrency: 2, allow: ["10.0.0.0/8"] },
        },
      },
      {
        ...{ name: "insecure", chain: "chainweb", url: "https://h", labels: {}, ...pace, tls: { insecure: true } },
        chainweb: expect.anything(),
      },
      { name: "socket", chain: "wire", url: "unix:/run/node.sock", labels: {}, ...pace },
    ],
  });
});

function keysOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysOf(item, path));
  if (!isObject(value) || path === "nodes.labels") return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const own = path === "" ? key : `${path}.${key}`;
    return [own, ...keysOf(item, own)];
  });
}

test("no key of the configuration is left out", () => {
  const { references, ...whole } = WHOLE;
  const files = { ...whole, connections: { hash_key_file: at("k") } };
  const auths = [
    { basic: { username: "u", password_file: at("p") } },
    { digest: { username: "u", password: "p" } },
    { bearer: { token_file: at("t") } },
    { header: { name: "X", value_file: at("v") } },
    { headers: [{ name: "X", value: "v" }], cookie_file: at("c") },
    { headers: [{ name: "X", value_file: at("v") }] },
  ];
  const tls = { cert_file: at("c"), key_file: at("k") };
  const behindProxy = { proxy_url: "http://p:3128", no_proxy: "a", host_header: "b" };
  const connections = { series: false, hash_key: "0123456789abcdef" };
  const withKey = { name: "key", chain: "wire", url: "http://h", connections };
  const withAuths = auths.map((auth, index) => ({ name: `a${index}`, chain: "wire", url: "http://h", auth }));
  const printedKeys = new Set(
    [
      printed(WHOLE),
      printed(files),
      printed({
        nodes: [withKey, ...withAuths, { name: "p", chain: "wire", url: "https://h", tls, ...behindProxy }],
      }),
    ].flatMap((each) => keysOf(each)),
  );
  // Blocks without a key of their own.
  const empty = ["nodes.monero", "nodes.bitcoin"];
  const missing = [...ALL_KEYS].filter((key) => !printedKeys.has(key) && !empty.includes(key));
  expect(missing.filter((key) => !key.startsWith("global.limits."))).toEqual([
    "global",
    "global.interval",
    "global.timeout",
    "global.limits",
    "global.proxy_url",
    "global.no_proxy",
    "global.proxy_from_environment",
    "nodes.proxy_from_environment",
  ]);
});

describe("what is printed is a configuration", () => {
  test("which means the same, but for secrets", () => {
    const [basic = {}, ...others] = WHOLE.nodes;
    const plain = {
      ...WHOLE,
      connections: { ...WHOLE.connections, hash_key: undefined, hash_key_file: at("k") },
      probe: { allow: ["10.0.0.0/8:*"], modules: { plain: { chain: "monero" } } },
      references: [],
      nodes: [
        { ...basic, auth: undefined, url: "https://h", wire: { host_header: "a:1" } },
        { name: "timed", chain: "chainweb", url: "https://h", chainweb: { probe: { timeout: "9s" }, tip_age: true } },
        ...others.slice(4),
      ],
    };
    const config = load(plain);
    const again = load(parse(printConfig(config)));
    // How it was written is not what it means.
    const meaning = (of: Config) =>
      JSON.stringify(of, (key: string, value: unknown) => (key === "fingerprint" ? undefined : value));
    expect(meaning(again)).toBe(meaning(config));
    expect(printConfig(again)).toBe(printConfig(config));
  });

  test("also where a text looks like something else", () => {
    const labels = {
      a: "yes",
      b: "1e3",
      c: "null",
      d: "~",
      e: "",
      f: " #x",
      g: "a: b",
      h: "'\"\n\u2028é",
      i: "<secret>",
      j: "- a",
    };
    const nodes = [{ name: "0x1F", chain: "wire", url: "http://h", labels }];
    expect(parse(printConfig(load({ nodes }))).nodes[0]).toMatchObject({ name: "0x1F", labels });
  });
});

test("a node shows its connections if some setting differs from the shared ones, which its own ones replace one by one", () => {
  const node = (name: string, connections: object) => ({ name, chain: "wire", url: "http://h", connections });
  const config = printed({
    connections: { max_per_node: 1000, hash_key: "0123456789abcdef" },
    nodes: [
      node("same", { max_per_node: 1000, address: "host" }),
      node("few", { max_per_node: 3 }),
      node("key", { hash_key_file: "k" }),
    ],
  });
  const shared = { series: true, max_per_node: 1000, max_new_per_hour: 3000, address: "host", hash_key: "<secret>" };
  const { hash_key, ...others } = shared;
  expect(config).toMatchObject({
    connections: shared,
    nodes: [
      expect.not.objectContaining({ connections: expect.anything() }),
      { connections: { ...shared, max_per_node: 3, max_new_per_hour: 2000 } },
      { connections: { ...others, hash_key_file: at("k") } },
    ],
  });
});

test("a shard says which it is, and prints its own nodes only", () => {
  const node = { chain: "wire", url: "http://h" };
  const whole = load({ nodes: ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, ...node })) });
  const own = selectShard(whole, { index: 1, total: 2 });
  const text = printConfig(own);
  expect(text).toContain(`# Only the nodes of shard 1 of 0..1: ${own.nodes.length}.\n`);
  expect(parse(text).nodes.map(({ name }: { name: string }) => name)).toEqual(own.nodes.map(({ name }) => name));
});

describe("no secret is printed", () => {
  const secrets = Array.from({ length: 6 }, canary);
  const secret = fc.constantFrom(...secrets);
  const url = (scheme: string) =>
    fc
      .record({
        user: fc.option(secret),
        password: fc.option(secret),
        path: fc.array(fc.oneof(secret, fc.constant("v1")), { maxLength: 3 }),
        query: fc.option(secret),
        key: fc.boolean(),
      })
      .map(({ user, password, path, query, key }) => {
        const userinfo = user === null && password === null ? "" : `${user ?? ""}:${password ?? ""}@`;
        const search = query === null ? "" : key ? `?apikey=${query}` : `?${query}`;
        return `${scheme}://${userinfo}example.com:8443/${path.join("/")}${search}`;
      });
  const auth = fc.oneof(
    fc.record({ username: secret, password: secret }).map((basic) => ({ basic })),
    fc.record({ username: secret, password: secret }).map((digest) => ({ digest })),
    secret.map((token) => ({ bearer: { token } })),
    secret.map((value) => ({ header: { name: "X-Api-Key", value } })),
  );
  const options = fc.oneof(
    url("http").map((chain_url) => ({ chain: "wire", wire: { chain_url } })),
    url("http").map((prometheus_url) => ({ chain: "antelope", wire: { prometheus_url } })),
    url("https").map((service_url) => ({ chain: "chainweb", chainweb: { service_url } })),
    fc.constant({ chain: "monero" }),
  );
  const node = fc
    .record({ at: url("https"), auth: fc.option(auth), options })
    .map(({ at: place, auth: own, options }) => ({
      url: place,
      ...options,
      ...(own === null || place.includes("@") ? {} : { auth: own }),
    }));
  const config = fc.record({
    hash_key: fc.option(secret),
    nodes: fc.array(
      fc.record({ node, hash_key: fc.option(secret) }).map(({ node: each, hash_key }) => ({
        ...each,
        ...(hash_key === null ? {} : { connections: { hash_key } }),
      })),
      { minLength: 1, maxLength: 4 },
    ),
    references: fc.array(node, { maxLength: 2 }),
  });

  test("whatever the configuration", () => {
    fc.assert(
      fc.property(config, ({ hash_key, nodes, references }) => {
        const text = printConfig(
          load({
            connections: hash_key === null ? {} : { hash_key },
            nodes: nodes.map((each, index) => ({ name: `n${index}`, ...each })),
            references: references.map((each, index) => ({ name: `r${index}`, ...each })),
          }),
        );
        expect(leaksIn(secrets, text)).toEqual([]);
        expect(parse(text).nodes).toHaveLength(nodes.length);
      }),
    );
  });

  test("nor what stands in a file, also when it was read", async () => {
    writeFileSync(at("token"), `${secrets[0]}\n`);
    const loaded = load({
      nodes: [{ name: "a", chain: "wire", url: "http://h", auth: { bearer: { token_file: "token" } } }],
    });
    const [first] = loaded.nodes;
    expect(first?.auth?.kind === "bearer" && (await first.auth.token.reveal())).toBe(secrets[0]);
    expect(leaksIn(secrets, printConfig(loaded))).toEqual([]);
  });
});

function said(nodes: readonly object[], references: readonly object[] = []): string {
  const full = (node: object, name: string) => ({ name, chain: "wire", url: "http://127.0.0.1:1", ...node });
  const parsed = parseConfig(
    {
      nodes: nodes.map((node, n) => full(node, `n${n}`)),
      references: references.map((node, n) => full(node, `r${n}`)),
    },
    undefined,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return describePolling(parsed.config);
}

test.each<[readonly object[], readonly object[], string]>([
  [[{}], [], "polling 1 node of 1 chain every 15s"],
  [[{}, { chain: "antelope" }, { chain: "monero" }], [{}], "polling 3 nodes and 1 reference of 2 chains every 15s"],
  [[{}, { interval: "1m" }], [{ interval: "20s" }], "polling 2 nodes and 1 reference of 1 chain every 15s to 1m"],
  [[{}, { schedule: "* * * * *" }], [], "polling 2 nodes of 1 chain every 15s, 1 of them at cron expressions"],
  [[{ schedule: "* * * * *" }], [], "polling 1 node of 1 chain at cron expressions"],
])("%j %j", (nodes, references, text) => {
  expect(said(nodes, references)).toBe(text);
});

test("how many they are: references apart", () => {
  const parsed = parseConfig(
    {
      nodes: [{ name: "n", chain: "wire", url: "http://127.0.0.1:1" }],
      references: ["a", "b"].map((name) => ({ name, chain: "wire", url: "http://127.0.0.1:1" })),
    },
    undefined,
  );
  expect(parsed.ok && describeNodes(parsed.config)).toBe("1 node and 2 references");
});
