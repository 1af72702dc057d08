import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import pino from "pino";
import { describe, expect, test } from "vitest";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import type { ConfigSources } from "../../src/config/load.ts";
import { type ParsedConfig, parseConfig } from "../../src/config/parse.ts";
import { runs } from "../support/effort.ts";
import { tempFolder } from "../support/servers.ts";
import { configErrorOf } from "./config-error.ts";

/** A secret is written in every place that can hold one; then nothing that the program prints may show it. */

const CANARY = "t0k3n-CaNaRy-9f8e7d6c5b4a";

/** Also a part of it, in any case, is a leak. */
function leak(text: string): string | undefined {
  const lower = text.toLowerCase();
  for (let at = 0; at + 8 <= CANARY.length; at += 1) {
    const part = CANARY.slice(at, at + 8);
    if (lower.includes(part.toLowerCase())) return part;
  }
  return undefined;
}

function everyPrint(value: unknown): readonly string[] {
  const lines: string[] = [];
  pino({ timestamp: false }, { write: (line: string) => lines.push(line) }).info({ value }, "a");
  return [
    JSON.stringify({ value }),
    JSON.stringify({ value }, null, 2),
    inspect(value, { depth: null }),
    inspect(value, { depth: null, showHidden: true, getters: true }).replace(/length: \d+/g, ""),
    String(value),
    `${value}`,
    ...lines,
  ];
}

const file = join(tempFolder(), "config.yaml");

async function problemsOf(sources: ConfigSources): Promise<readonly string[]> {
  const error = await configErrorOf(sources);
  if (error === undefined) return [];
  return [
    ...error.problems,
    error.message,
    String(error.stack),
    inspect(error, { depth: null }),
    JSON.stringify(error),
  ];
}

async function problemsIn(text: string, env: ConfigSources["env"] = {}): Promise<readonly string[]> {
  writeFileSync(file, text);
  return problemsOf({ file, env });
}

const URLS = [
  `https://127.0.0.1/${CANARY}`,
  `https://127.0.0.1/v1/${CANARY}/json_rpc`,
  `https://127.0.0.1/?key=${CANARY}`,
  `https://127.0.0.1/?${CANARY}`,
  `https://${CANARY}@127.0.0.1/`,
  `https://monitor:${CANARY}@127.0.0.1/`,
  `https://${CANARY}:x-oauth@127.0.0.1/`,
];

const AUTHS = [
  { basic: { username: "monitor", password: CANARY } },
  { digest: { username: "monitor", password: CANARY } },
  { bearer: { token: CANARY } },
  { header: { name: "X-Api-Key", value: CANARY } },
];

const NODES: readonly Readonly<Record<string, unknown>>[] = [
  ...URLS.map((url) => ({ chain: "monero", url })),
  ...URLS.map((url) => ({ chain: "wire", url: "https://127.0.0.1", wire: { chain_url: url } })),
  ...URLS.map((url) => ({ chain: "chainweb", url: "https://127.0.0.1", chainweb: { service_url: url } })),
  ...AUTHS.map((auth) => ({ chain: "antelope", url: "https://127.0.0.1", auth })),
];

const WHOLE = {
  connections: { address: "hashed", hash_key: CANARY },
  nodes: NODES.map((node, index) => ({ name: `node-${index}`, ...node, connections: { hash_key: CANARY } })),
  probe: { modules: { m: { chain: "monero", connections: { hash_key: CANARY } } } },
};

function good(result: ParsedConfig) {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

describe("a valid configuration", () => {
  const config = good(parseConfig(WHOLE, undefined));

  test("shows no secret, however it is printed", () => {
    for (const text of [...everyPrint(config), ...everyPrint({ config }), ...everyPrint(config.nodes)]) {
      expect(leak(text)).toBeUndefined();
    }
  });

  test.each(config.nodes.map((node, index) => [JSON.stringify(NODES[index]), node] as const))("%s", (_, node) => {
    const parts = [node, node.url, node.auth, node.options, node.options.values, { ...node }, [node.auth]];
    for (const text of parts.flatMap(everyPrint)) expect(leak(text)).toBeUndefined();
  });

  test("prints an URL as scheme, host and port", () => {
    expect(JSON.stringify(config.nodes[0]?.url)).toBe('"https://127.0.0.1"');
    expect(inspect(config.nodes[0]?.url)).toBe("https://127.0.0.1");
    expect(JSON.stringify(config.nodes[4]?.auth)).toBe('"<secret>"');
  });

  test("still has its secrets", async () => {
    const [first, , third, , fifth, sixth] = config.nodes;
    expect(first?.url.path).toBe(`/${CANARY}`);
    expect(third?.url.query).toBe(`?key=${CANARY}`);
    expect(fifth?.auth).toMatchObject({ kind: "basic", username: CANARY });
    expect(sixth?.auth?.kind === "basic" && (await sixth.auth.password.reveal())).toBe(CANARY);
    const modules = [...config.probe.modules.values()];
    for (const { connections } of [config, ...config.nodes, ...modules]) {
      expect(await connections.hashKey?.reveal()).toBe(CANARY);
    }
  });
});

describe("errors", () => {
  test.each(NODES.map((node) => [JSON.stringify(node), node] as const))("with %s", async (_, node) => {
    const broken = { name: "bad name", timeout: 5, colour: "red", labels: [], tls: {}, interval: "soon", ...node };
    const problems = await problemsIn(
      JSON.stringify({ nodes: [broken, { ...node, name: "a" }, { ...node, name: "a" }] }),
    );
    expect(problems.length).toBeGreaterThan(5);
    for (const text of problems) expect(leak(text)).toBeUndefined();
  });

  test.each([
    CANARY,
    `${CANARY}:x@127.0.0.1`,
    `monitor:${CANARY}@127.0.0.1:8888`,
    `//monitor:${CANARY}@127.0.0.1`,
    `http:/monitor:${CANARY}@127.0.0.1`,
    `http:monitor:${CANARY}@127.0.0.1`,
    `http://monitor:${CANARY}@`,
    `http://monitor:${CANARY}@127.0.0.1:99999`,
    `http://monitor:${CANARY}@exa mple`,
    `http://monitor:${CANARY}%@127.0.0.1`,
    `http://127.0.0.1/#${CANARY}`,
    `http://127.0.0.1/${CANARY} `,
    `ftp://monitor:${CANARY}@127.0.0.1`,
    `${CANARY}.example:443/a`,
    `unix:run/${CANARY}`,
  ])("about the URL %s", async (url) => {
    const options = { wire: { chain_url: url }, chainweb: { service_url: url } };
    for (const node of [
      { chain: "wire", url },
      { chain: "wire", url: "http://h", ...options },
    ]) {
      const problems = [
        ...(await problemsIn(JSON.stringify({ nodes: [{ name: "a", ...node }] }))),
        ...(await problemsOf({ nodes: [{ name: "a", chain: "wire", url }], env: {} })),
      ];
      expect(problems).not.toEqual([]);
      for (const text of problems) expect(leak(text)).toBeUndefined();
    }
  });

  test.each([
    ["a list", [CANARY]],
    ["a mapping", { [CANARY]: CANARY }],
    ["nothing at all but the secret", CANARY],
  ])("about %s where a secret or a block stands", async (_, value) => {
    const nodes = [
      { name: "a", chain: "wire", url: value },
      { name: "b", chain: "wire", url: "http://h", auth: value },
      ...["basic", "digest", "bearer", "header"].map((kind) => ({
        name: kind,
        chain: "wire",
        url: "http://h",
        auth: { [kind]: value },
      })),
      { name: "c", chain: "wire", url: "http://h", auth: { basic: { username: value, password: value } } },
      { name: "d", chain: "wire", url: "http://h", auth: { bearer: { token: value, token_file: value } } },
      { name: "e", chain: "wire", url: "http://h", auth: { bearer: { token: value, toke: value } } },
      { name: "f", chain: "wire", url: "http://h", wire: { chain_url: value } },
    ];
    const connections = { hash_key: [value], hash_kee: value };
    const problems = await problemsIn(
      JSON.stringify({ connections, nodes: [...nodes, { name: "g", chain: "wire", url: "http://h", connections }] }),
    );
    expect(problems.length).toBeGreaterThan(5);
    // A path is shown, as nobody finds a missing file without; a secret has no business there.
    for (const text of problems.filter((line) => !line.includes("_file: cannot read"))) {
      if (!text.includes("\n")) expect(leak(text)).toBeUndefined();
    }
  });

  test.each([
    // YAML that went wrong just where the secret stands
    `token:${CANARY}`,
    `token: !${CANARY}`,
    `token: *${CANARY}`,
    `token: |${CANARY}`,
    `token: >${CANARY} x`,
    `token: @${CANARY}`,
    `token: %${CANARY}`,
    `token: "\\${CANARY}"`,
    `token: "\\U${CANARY}"`,
    `token: "${CANARY}`,
    `token: '${CANARY}`,
    `token: "${CANARY}"x`,
    `token: {${CANARY}}`,
    `token: {${CANARY}: }`,
    `token: [${CANARY}`,
    `token: ${CANARY}: a`,
    `token: &${CANARY}`,
    `token: \${${CANARY}}`,
    `token: a\${${CANARY}!}b`,
    `token: a\n        ${CANARY}: b`,
    `token: a\n ${CANARY}`,
    `token: a\n${CANARY}`,
    `? ${CANARY}`,
    `? {${CANARY}: a}\n: b`,
    `<<: ${CANARY}`,
    `${CANARY}`,
    `${CANARY}: a`,
  ])("about %j", async (line) => {
    for (const text of [
      `nodes:\n  - name: a\n    chain: wire\n    url: http://h\n    auth:\n      bearer:\n        ${line}\n`,
      `nodes: [{name: a, chain: wire, url: http://h, auth: {bearer: {${line}}}}]\n`,
      `${line}\n`,
    ]) {
      for (const problem of await problemsIn(text)) expect(leak(problem)).toBeUndefined();
    }
  });

  test("about a file full of secrets in which some characters are wrong", async () => {
    const text = [
      "global:\n  interval: 15s\nconnections:\n  address: hashed",
      `  hash_key: ${CANARY}\nnodes:`,
      `  - name: a\n    chain: wire\n    url: https://m:${CANARY}@h/${CANARY}?${CANARY}`,
      `    wire: {chain_url: "http://${CANARY}@h"}`,
      `  - {name: b, chain: monero, url: "https://h/${CANARY}", auth: {digest: {username: m, password: ${CANARY}}}}`,
      `  - name: c\n    chain: chainweb\n    url: https://h\n    auth:\n      header:\n        name: X\n        value: "${CANARY}"`,
      `    chainweb:\n      service_url: http://h/?k=${CANARY}\n`,
    ].join("\n");
    const places = [...text.matchAll(/[^\w./-]/g)].map(({ index }) => index);
    const edit = fc.record({
      at: fc.oneof(fc.constantFrom(...places), fc.nat(text.length)),
      lost: fc.nat(2),
      inserted: fc.constantFrom(
        "",
        "",
        ":",
        ": ",
        ",",
        "{",
        "}",
        "[",
        "]",
        "\n",
        " ",
        '"',
        "'",
        "!",
        "*",
        "&",
        "|",
        "%",
        "@",
        "#",
        "$",
        "\\",
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const broken = edits.reduce(
          (before, { at, lost, inserted }) => before.slice(0, at) + inserted + before.slice(at + lost),
          text,
        );
        for (const problem of await problemsIn(broken))
          expect({ broken, problem, leak: leak(problem) }).toMatchObject({ leak: undefined });
      }),
      { numRuns: runs(120) },
    );
  });
});

describe("--node", () => {
  function printed(args: readonly string[]) {
    const texts: string[] = [];
    const invocation = parseArguments(args, "0", { out: (text) => texts.push(text), err: (text) => texts.push(text) });
    return { texts, invocation };
  }

  test.each([
    ["--node", `a b=wire+https://${CANARY}@h`],
    ["--node", `a=wire+${CANARY}`],
    ["--node", `a=wire ${CANARY}`],
    ["--node", `${CANARY}`],
    ["--node", `https://${CANARY}@h`],
    ["--node", `https://${CANARY}@h?a=wire+http://h`],
    ["--node", `a=wire+https://${CANARY}@h#x`],
    ["--node", `a=solana+https://h/${CANARY}`],
    [`--node=a=${CANARY}`],
    [`--nodes=a=wire+https://${CANARY}@h`],
    [`--nod=wire+https://${CANARY}@h`],
    [`-n=wire+https://${CANARY}@h`],
    [`--wire+https://${CANARY}@h`],
    [`a=wire+https://${CANARY}@h`],
    ["serve", `a=wire+https://${CANARY}@h`],
    ["check", "--node", "a=wire+http://h", CANARY],
    ["--node", "a=wire+http://h", CANARY],
    ["--config.file", "a", `--node ${CANARY}`],
  ])("%s %s", async (...args) => {
    const { texts, invocation } = printed(args);
    if (invocation.command === "none") expect(texts.join("")).toMatch(/^error: ./);
    else if ("nodes" in invocation) texts.push(...(await problemsOf({ nodes: invocation.nodes, env: {} })));
    expect(texts).not.toEqual([]);
    for (const text of texts) expect(leak(text)).toBeUndefined();
  });
});
