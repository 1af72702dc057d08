import { writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { SECRET_FILE_KEYS, SECRET_KEYS, URL_KEYS } from "../config/secret-keys.ts";
import { canary, leaksIn } from "../support/canaries.ts";
import { type EchoServer, startEchoServers } from "../support/echo-servers.ts";
import { logLines, PROGRAM } from "../support/exporter.ts";
import { type Listening, startRawServer } from "../support/fake-node.ts";
import { run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/**
 * A secret of its own stands in every place of the configuration that can hold one, the nodes fail in every manner and
 * repeat what they were sent; then nothing that the real program says may hold any of the secrets, in any form.
 */

const folder = tempFolder();

/** The secrets by the key of the configuration that they stand in. */
type Planted = { readonly key: string; readonly secret: string; readonly server: string };
const planted: Planted[] = [];
const env: Record<string, string> = {};

function plant(key: string, server: string): string {
  const secret = canary();
  planted.push({ key, secret, server });
  return secret;
}

/** The name of a file that holds a new secret. */
function plantFile(key: string, server: string, before = ""): string {
  const file = join(folder, `secret-${planted.length}`);
  writeFileSync(file, `${before}${plant(key, server)}\n`);
  return file;
}

/** A reference to a variable of the environment that holds a new secret. */
function plantEnv(key: string, server: string): string {
  const name = `SECRET_${planted.length}`;
  env[name] = plant(key, server);
  return `\${${name}}`;
}

/** As `cert_file` and `key_file`. The secret is a part of the key that is not in the certificate. */
function plantKey(server: string): object {
  const { cert, key } = createSelfSignedCertificate({ commonName: "client" });
  const secret = key.replaceAll(/-----[A-Z ]+-----|\n/g, "").slice(50, 76);
  const file = join(folder, `key-${planted.length}`);
  writeFileSync(file, key);
  writeFileSync(`${file}.crt`, cert);
  planted.push({ key: "nodes.tls.key_file", secret, server });
  return { cert_file: `${file}.crt`, key_file: file };
}

function plantProxy(key: string, { url, name }: EchoServer, kind = "http"): string {
  return url.replace(/^\w+:\/\//, `${kind}://${plant(key, name)}:${plant(key, name)}@`);
}

function plantUrl(key: string, { url, name }: EchoServer, userinfo: boolean): string {
  const user = userinfo ? `${plant(key, name)}:${plant(key, name)}@` : "";
  return `${url.replace("://", `://${user}`)}/v1/${plant(key, name)}/rpc?k=${plant(key, name)}`;
}

const AUTHS: Readonly<Record<string, (server: string) => object>> = {
  basic: (server) => ({ basic: { username: "monitor", password: plant("nodes.auth.basic.password", server) } }),
  basicFile: (server) => ({
    basic: { username: "monitor", password_file: plantFile("nodes.auth.basic.password_file", server) },
  }),
  basicEnv: (server) => ({ basic: { username: "monitor", password: plantEnv("nodes.auth.basic.password", server) } }),
  digest: (server) => ({ digest: { username: "monitor", password: plant("nodes.auth.digest.password", server) } }),
  digestFile: (server) => ({
    digest: { username: "monitor", password_file: plantFile("nodes.auth.digest.password_file", server) },
  }),
  bearer: (server) => ({
    bearer: { token: plantEnv("nodes.auth.bearer.token", server) },
    headers: [{ name: "X-Client-Secret", value: plantEnv("nodes.auth.headers.value", server) }],
  }),
  bearerFile: (server) => ({
    bearer: { token_file: plantFile("nodes.auth.bearer.token_file", server) },
    headers: [{ name: "X-Client-Secret", value_file: plantFile("nodes.auth.headers.value_file", server) }],
  }),
  cookie: (server) => ({ cookie_file: plantFile("nodes.auth.cookie_file", server, "__cookie__:") }),
  header: (server) => ({ header: { name: "X-Api-Key", value: plant("nodes.auth.header.value", server) } }),
  headerFile: (server) => ({
    header: { name: "X-Api-Key", value_file: plantFile("nodes.auth.header.value_file", server) },
  }),
};

const CHAINS: readonly ((server: EchoServer) => object)[] = [
  (server) => ({
    chain: "wire",
    wire: {
      chain_url: plantUrl("nodes.wire.chain_url", server, true),
      prometheus_url: plantUrl("nodes.wire.prometheus_url", server, true),
    },
  }),
  () => ({ chain: "monero" }),
  (server) => ({
    chain: "chainweb",
    chainweb: { service_url: plantUrl("nodes.chainweb.service_url", server, true), mempool_peers: true },
  }),
  () => ({ chain: "antelope" }),
];

/** Each server with each way of authentication, and with the chains in turn. */
function nodesAt(servers: readonly EchoServer[]): readonly object[] {
  return servers.flatMap((server, row) => {
    const tls = server.tls === undefined ? {} : { tls: { ...server.tls, ...plantKey(server.name) } };
    const ways = [...Object.entries(AUTHS), ...CHAINS.map((_, index) => [`url${index}`, undefined] as const)];
    return ways.map(([way, auth], column) => ({
      name: `${server.name}-${way}`,
      ...CHAINS[(row + column) % CHAINS.length]?.(server),
      url: plantUrl("nodes.url", server, auth === undefined),
      ...(auth === undefined ? {} : { auth: auth(server.name) }),
      // A reference has no connections.
      ...(server.name.startsWith("reference-")
        ? {}
        : { connections: { hash_key: plant("nodes.connections.hash_key", server.name) } }),
      ...tls,
    }));
  });
}

/** Those that also answer what begins a tunnel. */
const REFUSE_TUNNELS = ["noHttp", "oddStatus", "badHeader", "largeHeader", "cutOff", "hang"];

/** Each server as a proxy. */
function nodesBehind(servers: readonly EchoServer[]): readonly object[] {
  const proxies = servers.filter(({ url }) => url.startsWith("http://127.0.0.1"));
  return [
    ...proxies.map((server, row) => ({
      name: `${server.name}-proxied`,
      ...CHAINS[row % CHAINS.length]?.(server),
      url: plantUrl("nodes.url", server, true),
      proxy_url: plantProxy("nodes.proxy_url", server),
    })),
    ...proxies
      .filter(({ name }) => REFUSE_TUNNELS.includes(name))
      .map((server) => ({
        name: `${server.name}-tunnelled`,
        chain: "monero",
        url: plantUrl("nodes.url", TUNNELLED, true),
        proxy_url: plantProxy("nodes.proxy_url", { ...server, name: "none" }),
      })),
  ];
}

/** No key that can be read. */
const NO_KEY = plantFile("nodes.tls.key_file", "none", "-----BEGIN PRIVATE KEY-----\n");

/** What only a tunnel reaches, and no tunnel does. */
const TUNNELLED: EchoServer = { name: "none", url: "https://node.example" };

/** A SOCKS server that asks for the login, repeats and refuses it. */
const SOCKS = (socket: Socket) => {
  socket.once("data", () => {
    socket.once("data", (login) => socket.end(Buffer.concat([Buffer.from([1, 1]), login])));
    socket.write(Buffer.from([5, 2]));
  });
};

let servers: readonly EchoServer[] = [];
let socks: Listening;
let closeServers = async () => {};
let config = "";
let text = "";

beforeAll(async () => {
  ({ servers, close: closeServers } = await startEchoServers());
  socks = await startRawServer(SOCKS);
  const named = (names: readonly string[]) => servers.filter(({ name }) => names.includes(name));
  const [html = TUNNELLED] = named(["htmlError"]);
  // Under another name, as references are not asked for all that nodes are.
  const referred = named(["well", "unauthorized", "jsonError"]);
  const references = nodesAt(referred.map((server) => ({ ...server, name: `reference-${server.name}` })));
  text = JSON.stringify(
    {
      global: {
        ...{ interval: "20s", timeout: "6s" },
        ...{ proxy_url: plantProxy("global.proxy_url", html), no_proxy: "127.0.0.1,node.invalid" },
      },
      connections: { address: "hashed", hash_key: plant("connections.hash_key", "none") },
      probe: {
        // The path of a gateway's pattern is its token.
        allow: [`127.0.0.1:*/${plant("probe.allow", "none")}/*`],
        modules: {
          gateway: {
            ...{ chain: "wire", hosts: [`127.0.0.1:*/${plant("probe.hosts", "none")}/*`] },
            auth: { bearer: { token: plant("nodes.auth.bearer.token", "none") } },
            connections: { hash_key: plant("nodes.connections.hash_key", "none") },
            proxy_url: plantProxy("nodes.proxy_url", { ...html, name: "none" }),
          },
        },
      },
      nodes: [
        ...nodesAt(servers),
        ...nodesBehind(servers),
        {
          name: "global-proxied",
          chain: "wire",
          url: plantUrl("nodes.url", { ...html, url: "http://node.example" }, true),
        },
        {
          name: "socks-proxied",
          chain: "monero",
          url: plantUrl("nodes.url", TUNNELLED, true),
          proxy_url: plantProxy("nodes.proxy_url", { ...socks, name: "none" }, "socks5h"),
        },
      ],
      references,
    },
    null,
    1,
  );
  config = join(folder, "config.yaml");
  writeFileSync(config, text);
});

afterAll(async () => {
  await closeServers();
  await socks?.close();
});

const secrets = () => planted.map(({ secret }) => secret);

function expectNoLeak(said: string): void {
  const found = leaksIn(secrets(), said).map((leak) => ({
    ...leak,
    ...planted.find(({ secret }) => secret === leak.secret),
  }));
  expect(found).toEqual([]);
}

/** Throws what it is told at SIGUSR2, as a defect outside of all polls would. */
const DEFECT = join(folder, "defect.mjs");
/** Half of the secrets each: to take all of them out of both texts takes the exporter ten seconds. */
const OUTER_SECRETS = join(folder, "outer-secrets");
const INNER_SECRETS = join(folder, "inner-secrets");
writeFileSync(
  DEFECT,
  `import { readFileSync } from "node:fs";
process.on("SIGUSR2", () => {
  const outer = readFileSync(${JSON.stringify(OUTER_SECRETS)}, "utf8");
  const inner = readFileSync(${JSON.stringify(INNER_SECRETS)}, "utf8");
  const cause = Object.assign(new TypeError("inner " + inner), { name: "TypeError", code: inner, headers: { authorization: inner } });
  const error = Object.assign(new Error("outer " + outer, { cause }), { request: outer });
  process.env.DEFECT === "rejection" ? void Promise.reject(error) : setImmediate(() => { throw error; });
});
`,
);

/** What must have gone wrong at least once, as otherwise nothing was tried. */
const SEEN_REASONS = [
  ...["dns", "connect", "timeout", "tls", "tls_pin", "unauthorized", "not_found", "host_header", "rate_limited"],
  ...["http", "rpc", "too_large", "bad_json", "bad_shape", "wrong_network"],
];

describe.each([
  ["json", "exception"],
  ["pretty", "rejection"],
])("serve with logs in %s, ended by an %s", (format, defect) => {
  let said = "";
  const pages = new Map<string, string>();
  let exitCode = 0;

  beforeAll(async () => {
    const flag = servers.find(({ name }) => name === "htmlError");
    const program = await startProcess(
      process.execPath,
      [
        ...["--import", pathToFileURL(DEFECT).href, PROGRAM, "--config.file", config, "--log.level=debug"],
        ...[`--log.format=${format}`, "--web.listen-address=127.0.0.1:0"],
        ...(flag === undefined ? [] : ["--node", `flag=wire+${plantUrl("--node", flag, true)}`]),
      ],
      { env: { ...env, DEFECT: defect } },
    );
    const url = await waitFor(
      () => /serving \/metrics on (http:[\d.:/]+)/.exec(program.output())?.[1],
      "the exporter to listen",
      { timeoutMs: 20_000, program },
    );
    const get = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(url + path, { headers });
      // Browsers get another page than other clients.
      pages.set(
        headers.accept === "text/html" ? `${path} as HTML` : path,
        `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`,
      );
      return answer.status;
    };
    await waitFor(async () => (await get("/-/ready")) === 200, "every node to be polled", {
      timeoutMs: 90_000,
      program,
    });
    await get("/");
    const links = [...(pages.get("/") ?? "").matchAll(/href="(\/[^"]*)"/g)].map(([, path = ""]) => path);
    for (const path of [...links, "/dashboards/peer-exporter-fleet.json", "/nowhere", "/%ff"]) await get(path);
    await get("/metrics?openmetrics", { accept: "application/openmetrics-text; version=1.0.0" });
    const names = servers.flatMap(({ name }) => [`${name}-basic`, `${name}-digestFile`, `${name}-url0`]);
    await Promise.all([...names, "flag", "no-such"].map((name) => get(`/probe?node=${name}`)));
    const debugged = ["well-basic", "unauthorized-url0", "flag"].map((name) => `/probe?node=${name}&debug=true`);
    for (const path of ["/config", "/rules", "/nowhere", "/%ff", "/nodes/well-basik", "/nodes/well-basic", ...debugged])
      await get(path, { accept: "text/html" });

    // Private keys go to OpenSSL alone, and are not looked for in other texts.
    const sent = planted.flatMap(({ key, secret }) => (key === "nodes.tls.key_file" ? [] : [secret]));
    const half = sent.length / 2;
    writeFileSync(OUTER_SECRETS, everyForm(sent.slice(0, half)));
    writeFileSync(INNER_SECRETS, everyForm(sent.slice(half)));
    process.kill(program.pid, "SIGUSR2");
    exitCode = await program.exited;
    said = program.output();
  });

  test("nothing in the log", () => {
    expect(said.length).toBeGreaterThan(50_000);
    const reasons = new Set([...said.matchAll(/"reason":"(\w+)"/g)].map(([, reason]) => reason));
    expect(SEEN_REASONS.filter((reason) => !reasons.has(reason))).toEqual([]);
    expectNoLeak(said);
  });

  test("nothing on any page", () => {
    expect(pages.size).toBeGreaterThan(50);
    expectNoLeak([...pages].map(([path, page]) => `${path} ${page}\n`).join(""));
    expect(pages.get("/config")).toContain("password: <secret>");
    expect(pages.get("/config as HTML")).toContain("password: &#60;secret&#62;");
    for (const path of ["/nowhere", "/nodes/well-basik", "/probe?node=flag&debug=true"])
      expect(pages.get(`${path} as HTML`)).toContain("<!doctype html>");
    expect(pages.get("/metrics")).toContain('p2p_node_up{target="well-basic"');
  });

  test("its end is one entry of the log that hides what it must, and exit code 70", () => {
    expect(exitCode).toBe(70);
    const end = said.slice(said.indexOf("internal error") - (format === "json" ? 20_000 : 0));
    expect(end).toContain("outer <secret>");
    expect(end).toContain("inner <secret>");
    expect(end).toMatch(/at .*defect\.mjs:\d+:\d+/);
    expect(end).not.toContain("Node.js v");
    if (format === "json") expect(logLines({ output: () => said }).at(-1)).toMatchObject({ level: "fatal" });
  });
});

/** Every secret in several forms: as itself, in a URL, as header of basic authentication. */
function everyForm(all: readonly string[]): string {
  return all
    .map((secret) => {
      const bytes = Buffer.from(secret);
      return `${secret} http://u:${secret}@h/${secret} ${bytes.toString("hex")} ${Buffer.from(`monitor:${secret}`).toString("base64")}`;
    })
    .join("\n");
}

describe("the test itself", () => {
  test("plants a secret in every place that the schema has", () => {
    const keys = new Set(planted.map(({ key }) => key));
    const places = [...SECRET_KEYS, ...SECRET_FILE_KEYS, ...URL_KEYS].filter(
      (key) => !key.endsWith("connections.hash_key_file"),
    );
    expect(places.filter((key) => !keys.has(key))).toEqual([]);
  });

  test("has nodes that receive their secrets and repeat them", () => {
    const untold = servers.flatMap(({ name, received }) => {
      const reported = received?.();
      if (reported === undefined) return [];
      // Of a password for digest only hashes are sent; other parts of a node are not asked after some failures.
      const own = planted.filter(
        ({ server, key }) =>
          server === name &&
          /^(?:global\.proxy_url|nodes\.(?:(?:proxy_)?url|auth\.(?:basic|bearer|cookie|header)))/.test(key),
      );
      expect(own.length).toBeGreaterThan(30);
      return own.filter(({ secret }) => leaksIn([secret], reported).length === 0).map(({ key }) => `${name} ${key}`);
    });
    expect(untold).toEqual([]);
  });
});

describe("check", () => {
  const args = (file: string) => [PROGRAM, "check", "--config.file", file];

  test("prints no secret of a valid configuration", async () => {
    const { code, output } = await run(process.execPath, args(config), { env });
    expect({ code, lines: output.trim().split("\n").length }).toEqual({ code: 0, lines: 1 });
    expectNoLeak(output);
  });

  test.each<[string, (text: string) => string]>([
    [
      "wrong values beside them",
      (good) => good.replaceAll('"chain": ', '"timeout": 5, "interval": "soon", "colour": 1, "chain": '),
    ],
    ["URLs of another scheme", (good) => good.replaceAll('url": "http', 'url": "htp')],
    ["URLs without slashes", (good) => good.replaceAll("://", ":")],
    ["lists in their place", (good) => good.replaceAll(/("(?:password|token|value|url)": )("[^"]+")/g, "$1[$2]")],
    ["them as keys", (good) => good.replaceAll(/"(?:password|token|value)": ("[^"]+")/g, "$1: 1")],
    [
      "them in blocks of another name",
      (good) => good.replaceAll('"auth":', '"autth":').replaceAll('"wire":', '"wired":'),
    ],
    ["missing variables", (good) => good.replaceAll("${SECRET_", "${SECRET-")],
    ["keys that are none", (good) => good.replaceAll(/("key_file": )("[^"]+")/g, `$1${JSON.stringify(NO_KEY)}`)],
    ["a broken end", (good) => good.slice(0, -20)],
    ["a missing quote", (good) => good.replace('"monitor"', '"monitor')],
    ["missing commas", (good) => good.replaceAll('"monitor",', '"monitor"')],
  ])("prints no secret of a configuration with %s", async (name, spoil) => {
    const file = join(folder, `bad-${name.replaceAll(" ", "-")}.yaml`);
    const bad = spoil(text);
    expect(bad).not.toBe(text);
    writeFileSync(file, bad);
    const { code, output } = await run(process.execPath, args(file), { env });
    expect(code).toBe(1);
    expect(output).toContain("in the configuration");
    expectNoLeak(output);
  });
});
