// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of YAML files look like those of templates
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHAIN_NAMES } from "../../src/chains/index.ts";
import { type ConfigSources, loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model.ts";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { anyText } from "../support/any-text.ts";
import { runs } from "../support/effort.ts";
import { tempFolder } from "../support/servers.ts";
import { configErrorOf } from "./config-error.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures/config/", import.meta.url));
const BAD = join(FIXTURES, "bad/");

/** The lines of the ConfigError; none when the configuration is good. Any other error fails the test. */
async function problemsOf(sources: ConfigSources): Promise<readonly string[]> {
  const error = await configErrorOf(sources);
  if (error === undefined) return [];
  expect(error.message).toBe(error.problems.join("\n"));
  expect(error.problems.length).toBeGreaterThan(0);
  return error.problems;
}

const folder = tempFolder();
let count = 0;

function write(text: string | Uint8Array): string {
  count += 1;
  const file = join(folder, `${count}.yaml`);
  writeFileSync(file, text);
  return file;
}

function load(text: string | Uint8Array, env: ConfigSources["env"] = {}): Promise<Config> {
  return loadConfig({ file: write(text), env });
}

async function problemsIn(text: string | Uint8Array, env: ConfigSources["env"] = {}): Promise<readonly string[]> {
  const file = write(text);
  return (await problemsOf({ file, env })).map((line) => line.replace(`${file}:`, ""));
}

const NODE = "nodes:\n  - name: one\n    chain: wire\n    url: http://127.0.0.1:8888\n";

describe("an invalid file", () => {
  const names = readdirSync(BAD)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.replace(/\.yaml$/, ""));

  test.each(names)("%s", async (name) => {
    const problems = await problemsOf({ file: join(BAD, `${name}.yaml`), env: { MAX: "5" } });
    const shown = problems.map((line) => line.replaceAll(BAD, "").replaceAll(FIXTURES.replace(/\/$/, ""), ".."));
    expect(`${shown.join("\n")}\n`).toBe(readFileSync(join(BAD, `${name}.txt`), "utf8"));
    if (name !== "many") expect(problems).toHaveLength(1);
  });

  test("every expected message has its file", () => {
    const texts = readdirSync(BAD).filter((name) => name.endsWith(".txt"));
    expect(texts.map((name) => name.replace(/\.txt$/, ""))).toEqual(names);
  });

  test("all problems of a file are reported together, in the order of the file", () => {
    const lines = readFileSync(join(BAD, "many.txt"), "utf8").trim().split("\n");
    const places = lines.map((line) => line.split(":").slice(1, 3).map(Number));
    expect(lines).toHaveLength(23);
    expect(places).toEqual([...places].sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d));
    // Each key that is wrong in the file has its line.
    const rows = readFileSync(join(BAD, "many.yaml"), "utf8").split("\n");
    for (const [line = 0, column = 0] of places) expect(rows[line - 1]?.slice(column - 1)).toMatch(/^[\w"$]/);
  });

  test.each([500, 700, 750, 800, 850, 1000, 20_000])(
    "%d levels of nesting give an error, not a crash",
    async (depth) => {
      const closed = [
        `nodes: ${"[".repeat(depth)}${"]".repeat(depth)}\n`,
        `nodes: ${"{a: ".repeat(depth)}${"}".repeat(depth)}\n`,
      ];
      for (const text of closed) {
        const problems = await problemsIn(text);
        expect(problems).toHaveLength(1);
        expect(problems[0]).toMatch(/^\d+:\d+: nested too deeply$/);
      }
      for (const text of [
        `nodes: ${"[".repeat(depth)}\n`,
        "{? ".repeat(depth),
        "- ".repeat(depth),
        "? ".repeat(depth),
      ]) {
        expect(await problemsIn(text)).not.toEqual([]);
      }
    },
  );

  test("a deep value made of aliases gives an error, not a crash", async () => {
    const rows = Array.from(
      { length: 90 },
      (_, n) => `- &a${n} ${"[".repeat(20)}${n === 0 ? "" : `*a${n - 1}`}${"]".repeat(20)}`,
    );
    expect(await problemsIn(`nodes:\n${rows.join("\n")}\n`)).not.toEqual([]);
  });

  test("no file, and a folder", async () => {
    const file = join(folder, "nowhere.yaml");
    expect(await problemsOf({ file, env: {} })).toEqual([
      `${file}: cannot read the configuration file (ENOENT: no such file)`,
    ]);
    expect(await problemsOf({ file: folder, env: {} })).toEqual([
      `${folder}: cannot read the configuration file (EISDIR: it is a folder)`,
    ]);
  });

  test.skipIf(process.getuid?.() === 0)("a file that this user may not read", async () => {
    const file = write(NODE);
    chmodSync(file, 0);
    expect(await problemsOf({ file, env: {} })).toEqual([
      `${file}: cannot read the configuration file (EACCES: permission denied): the user of the exporter must be able to read it`,
    ]);
  });
});

describe("a valid file", () => {
  test.each([
    ["with Windows line ends", NODE.replaceAll("\n", "\r\n")],
    ["with a byte order mark", `\ufeff${NODE}`],
    ["with a document start and end", `---\n${NODE}...\n`],
    ["with a YAML directive", `%YAML 1.2\n---\n${NODE}`],
    ["with comments", `# a\n${NODE}# b\n`],
    ["in JSON", '{"nodes": [{"name": "one", "chain": "wire", "url": "http://127.0.0.1:8888"}]}'],
    [
      "with an anchor and its alias",
      `${NODE}    labels: &own {region: eu}\n  - {name: two, chain: wire, url: "http://h", labels: *own}\n`,
    ],
  ])("%s", async (_, text) => {
    expect((await load(text)).nodes[0]).toMatchObject({ name: "one", url: { label: "http://127.0.0.1:8888" } });
  });

  test("an alias carries its anchor's value", async () => {
    const { nodes } = await load(
      `${NODE}    labels: &own {region: eu}\n  - {name: two, chain: wire, url: "http://h", labels: *own}\n`,
    );
    expect(nodes.map(({ labels }) => labels)).toEqual([{ region: "eu" }, { region: "eu" }]);
  });

  test("its relative paths begin at its folder", async () => {
    mkdirSync(join(folder, "secrets"), { recursive: true });
    writeFileSync(join(folder, "secrets/token"), "t0ken\n");
    const { nodes } = await load(`${NODE}    auth: {bearer: {token_file: secrets/token}}\n`);
    const auth = nodes[0]?.auth;
    expect(auth?.kind === "bearer" && (await auth.token.reveal())).toBe("t0ken");
  });

  test("a label may have the name of a file key", async () => {
    const { nodes } = await load(`${NODE}    labels: {ca_file: nowhere, password_file: ""}\n`);
    expect(nodes[0]?.labels).toEqual({ ca_file: "nowhere", password_file: "" });
  });
});

describe("environment variables", () => {
  const label = async (value: string, env: ConfigSources["env"]) =>
    (await load(`${NODE}    labels: {a: ${value}}\n`, env)).nodes[0]?.labels.a;

  test.each([
    ["'${A}'", "x"],
    ['"<${A}|${A}>"', "<x|x>"],
    ["'${A}${B}'", "xy y"],
    ["'${EMPTY}'", ""],
    // Only the file is searched for variables, not what they hold.
    ["'${NESTED}'", "${A}"],
    ["'${YAML}'", "{a: 1}\n- b # c"],
    ["'$${A}'", "${A}"],
    ["'$${A'", "${A"],
    // A dollar sign of a password is itself: nothing turns $$ into $ behind somebody's back.
    ["'$A $$ $1 $$A'", "$A $$ $1 $$A"],
    ["'$'", "$"],
    ["'${A'", "${A"],
  ])("%s", async (value, expected) => {
    const env = { A: "x", B: "y y", EMPTY: "", NESTED: "${A}", YAML: "{a: 1}\n- b # c" };
    expect(await label(value, env)).toBe(expected);
  });

  test("work in every string value, and only in values", async () => {
    const { nodes } = await load(
      "nodes:\n  - {name: '${NAME}', chain: '${CHAIN}', url: 'http://${HOST}:8888', interval: '${PACE}'}\n",
      { NAME: "one", CHAIN: "monero", HOST: "192.0.2.1", PACE: "20s" },
    );
    expect(nodes[0]).toMatchObject({
      name: "one",
      chain: "monero",
      url: { label: "http://192.0.2.1:8888" },
      trigger: { intervalMs: 20_000 },
    });
  });

  test.each(["toString", "constructor", "__proto__", "A", "_9"])("%s is not set", async (name) => {
    expect(await problemsIn(`${NODE}    labels: {a: "\${${name}}"}\n`)).toEqual([
      `5:17: the environment variable ${name} is not set (write $\${ for a literal \${)`,
    ]);
  });

  test.each(["", " ", "A B", "A-B", "1", "A:-default", "ä"])("%j is not a name, and is not repeated", async (name) => {
    expect(await problemsIn(`${NODE}    labels: {a: "\${${name}}"}\n`, { A: "x" })).toEqual([
      "5:17: expected the name of an environment variable between the braces (write $${ for a literal ${)",
    ]);
  });

  test("a value with a missing variable has no other problem, and the rest of the file is checked", async () => {
    const text = "nodes:\n  - name: one\n    chain: '${CHAIN}'\n    url: '${URL}'\n    interval: soon\n";
    expect(await problemsIn(text)).toEqual([
      "3:12: the environment variable CHAIN is not set (write $${ for a literal ${)",
      "4:10: the environment variable URL is not set (write $${ for a literal ${)",
      '5:5: nodes[0].interval: expected a duration like 15s or 1m30s, found "soon"',
    ]);
  });
});

describe("a secret that HTTP does not carry is refused, and not shown", () => {
  const secretsIn = (text: string) => problemsIn(`nodes:\n  - name: one\n    chain: wire\n${text}`);
  const EXPECTED = "expected a string without line breaks or other control characters, as HTTP cannot send them";

  test.each([
    ["bearer.token", "    url: http://h\n    auth:\n      bearer:\n        token: |\n          s3c\n          ret\n"],
    ["basic.password", '    url: http://h\n    auth: {basic: {username: watcher, password: "s3c\\0ret"}}\n'],
    ["digest.password", '    url: http://h\n    auth: {digest: {username: watcher, password: "s3c\\nret"}}\n'],
    ["header.value", '    url: http://h\n    auth: {header: {name: X, value: "s3c\\x7fret"}}\n'],
  ])("%s", async (key, text) => {
    expect(await secretsIn(text)).toEqual([
      expect.stringMatching(new RegExp(`nodes\\[0\\]\\.auth\\.${key}: ${EXPECTED}$`)),
    ]);
  });

  test.each(["url: http://user:s3c%0Aret@h", "url: http://s3c%00ret@h"])("%s", async (line) => {
    expect(await secretsIn(`    ${line}\n`)).toEqual([
      "4:5: nodes[0].url: the user name or password in the URL contains a line break or another control character",
    ]);
  });

  test.each(["s3c\nret\n", "\ns3cret", "s3c\0ret", "s3cret\u001b"])("a file that holds %j", async (content) => {
    const file = join(folder, "unsendable");
    writeFileSync(file, content);
    expect(await secretsIn(`    url: http://h\n    auth: {bearer: {token_file: ${file}}}\n`)).toEqual([
      `5:21: nodes[0].auth.bearer.token_file: expected one line without control characters in ${file}, as HTTP cannot send them`,
    ]);
  });

  test.each(["s3cret\n", "s3cret\r\n", "s3cret\n\r\n", "\ufeffs3cret", "s3\tcret", "пароль"])(
    "a file that holds %j is good",
    async (content) => {
      const file = join(folder, "sendable");
      writeFileSync(file, content);
      expect(await secretsIn(`    url: http://h\n    auth: {bearer: {token_file: ${file}}}\n`)).toEqual([]);
    },
  );
});

describe("files that the configuration names", () => {
  test("are checked when the configuration is read, each problem at its position", async () => {
    const secret = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return name;
    };
    const text = `connections: {hash_key_file: ${secret("hash", "0123456789abcde\n")}}
nodes:
  - {name: a, chain: wire, url: "http://h", auth: {basic: {username: a, password_file: none}}}
  - {name: b, chain: wire, url: "http://h", auth: {digest: {username: a, password_file: ${secret("blank", " \n")}}}}
  - {name: c, chain: wire, url: "http://h", auth: {bearer: {token_file: .}}}
  - {name: d, chain: wire, url: "http://h", auth: {header: {name: X-Key, value_file: none/none}}}
  - {name: e, chain: wire, url: "https://h", tls: {ca_file: ${join(folder, "none")}}}
  - {name: f, chain: wire, url: "http://h", connections: {hash_key_file: blank}}
probe: {modules: {m: {chain: wire, connections: {hash_key_file: hash}}}}
`;
    expect((await problemsIn(text)).map((line) => line.replaceAll(folder, "DIR"))).toEqual([
      "1:15: connections.hash_key_file: expected at least 16 characters in DIR/hash",
      "3:73: nodes[0].auth.basic.password_file: cannot read a file in DIR (ENOENT: no such file); its name is not shown, as it may be the secret itself",
      "4:74: nodes[1].auth.digest.password_file: DIR/blank is empty",
      "5:61: nodes[2].auth.bearer.token_file: cannot read DIR (EISDIR: it is a folder)",
      "6:74: nodes[3].auth.header.value_file: cannot read a file below DIR (ENOENT: no such file); its name is not shown, as it may be the secret itself",
      "7:52: nodes[4].tls.ca_file: cannot read a file in DIR (ENOENT: no such file)",
      "8:59: nodes[5].connections.hash_key_file: DIR/blank is empty",
      "9:50: probe.modules.m.connections.hash_key_file: expected at least 16 characters in DIR/hash",
    ]);
  });
});

describe("the files of a client certificate", () => {
  const own = createSelfSignedCertificate({ commonName: "own" });
  const other = createSelfSignedCertificate({ commonName: "other" });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
  write("own.crt", `${own.cert}${other.cert}`);
  write("own.key", own.key);
  write("both.pem", `${own.key}${own.cert}`);
  write("other.key", other.key);
  write("text", "none\n");
  for (const [name, type] of [
    ["pkcs8", "pkcs8"],
    ["pkcs1", "pkcs1"],
  ] as const) {
    const encryption = { cipher: "aes-256-cbc", passphrase: "canary" };
    write(`${name}.enc`, privateKey.export({ type, format: "pem", ...encryption }).toString());
  }

  test.each<[string, string, readonly string[]]>([
    ["own.crt", "own.key", []],
    ["both.pem", "both.pem", []],
    ["text", "own.key", ["cert_file: expected a certificate in PEM form in DIR/text"]],
    ["own.key", "own.key", ["cert_file: expected a certificate in PEM form in DIR/own.key"]],
    ["own.crt", "text", ["key_file: expected a private key in PEM form in DIR/text"]],
    ["own.crt", "own.crt", ["key_file: expected a private key in PEM form in DIR/own.crt"]],
    [
      "own.crt",
      "other.key",
      ["key_file: DIR/other.key: the key does not belong to the first certificate of cert_file"],
    ],
    ["own.crt", "pkcs8.enc", ["key_file: expected a private key without passphrase in DIR/pkcs8.enc"]],
    ["own.crt", "pkcs1.enc", ["key_file: expected a private key without passphrase in DIR/pkcs1.enc"]],
    ["none.crt", "own.key", ["cert_file: cannot read a file in DIR (ENOENT: no such file)"]],
    ["own.crt", ".", ["key_file: cannot read DIR (EISDIR: it is a folder)"]],
  ])("%s and %s", async (cert, key, expected) => {
    const text = `nodes:\n  - {name: a, chain: wire, url: "https://h", tls: {cert_file: ${cert}, key_file: ${key}}}\n`;
    const found = await problemsIn(text);
    expect(found.map((line) => line.replaceAll(folder, "DIR").replace(/^2:\d+: nodes\[0\]\.tls\./, ""))).toEqual(
      expected,
    );
  });

  test("of a module are checked too", async () => {
    const text =
      "probe: {allow: [h:1], modules: {m: {chain: wire, hosts: [h:1], tls: {cert_file: text, key_file: own.key}}}}\n";
    expect((await problemsIn(text)).join()).toContain(
      "probe.modules.m.tls.cert_file: expected a certificate in PEM form",
    );
  });
});

describe("nodes from --node", () => {
  const flag = (name: string, chain = "monero", url = "http://127.0.0.1:18081") => ({ name, chain, url });

  test("need no file", async () => {
    const { nodes } = await loadConfig({ nodes: [flag("one"), flag("two", "wire")], env: {} });
    expect(nodes.map(({ name, chain }) => [name, chain])).toEqual([
      ["one", "monero"],
      ["two", "wire"],
    ]);
    for (const { connections } of nodes) expect(connections).toMatchObject({ maxPerNode: 100, address: "host" });
  });

  test("come behind those of the file and have its global settings", async () => {
    const file = write(`global: {interval: 20s}\n${NODE}`);
    const { nodes } = await loadConfig({ file, nodes: [flag("two")], env: {} });
    expect(nodes.map(({ name, trigger }) => [name, trigger])).toEqual([
      ["one", { kind: "interval", intervalMs: 20_000 }],
      ["two", { kind: "interval", intervalMs: 20_000 }],
    ]);
  });

  test.each(["", "# nothing\n", "global: {interval: 20s}\n", "nodes:\n", "nodes: []\n"])(
    "are enough with a file that has no nodes: %j",
    async (text) => {
      const { nodes } = await loadConfig({ file: write(text), nodes: [flag("one")], env: {} });
      expect(nodes.map(({ name }) => name)).toEqual(["one"]);
    },
  );

  test("no variable is looked up in them: the shell has done that", async () => {
    expect(await problemsOf({ nodes: [flag("a", "wire", "http://${HOST}")], env: { HOST: "h" } })).toEqual([
      "--node a: url: expected a URL whose host is a name or an address",
    ]);
  });

  test("their problems name the flag; those of the file come first", async () => {
    const file = write(`${NODE}    colour: red\n`);
    const nodes = [flag("one"), flag("a b", "solana", "ftp://h"), flag("c")];
    expect((await problemsOf({ file, nodes, env: {} })).map((line) => line.replace(file, "FILE"))).toEqual([
      "FILE:5:5: nodes[0].colour: unknown key; valid here: name, chain, url, network, labels, interval, schedule, timeout, auth, " +
        "tls, limits, host_header, proxy_url, no_proxy, proxy_from_environment, connections, wire, monero, chainweb, bitcoin",
      "--node a b: name: expected 1 to 63 letters, digits and . _ : @ - starting with a letter or digit",
      `--node a b: chain: expected one of ${CHAIN_NAMES.join(", ")}, found "solana"`,
      "--node a b: url: expected a URL with http://, https:// or unix:, found ftp://",
      '--node one: name: duplicate name: "one" is also the name of nodes[0]',
    ]);
  });

  test.each([
    ["nodes: {one: 1}\n", "1:1: nodes: expected a list of nodes, found a mapping"],
    ["nodes: one\n", "1:1: nodes: expected a list of nodes, found a string"],
    ["hello\n", "1:1: expected a mapping, found a string"],
    ["- a\n", "1:1: expected a mapping, found a list"],
  ])("do not hide that the file is wrong: %j", async (text, problem) => {
    const file = write(text);
    expect(await problemsOf({ file, nodes: [flag("two")], env: {} })).toEqual([`${file}:${problem}`]);
  });
});

test("without file and nodes there is nothing to load", async () => {
  expect(await problemsOf({ env: {} })).toEqual(["missing; expected a mapping"]);
});

describe("any text as a file", () => {
  const example = readFileSync(new URL("../../config.example.yaml", import.meta.url), "utf8").replaceAll(
    /^\s*#( .*)?\n/gm,
    "",
  );

  test("gives a configuration or problems with their places, and never another exception", async () => {
    const token = fc.constantFrom(
      ...[
        "nodes:",
        "  - ",
        "name: ",
        "a",
        ": ",
        "\n",
        "    ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "&a ",
        "*a",
        "!t ",
        "|",
        ">",
        '"',
      ],
      ...[
        "'",
        "#",
        "%",
        "---\n",
        "? ",
        "<<: ",
        "${A}",
        "\t",
        "\ufeff",
        "\0",
        "\u2028",
        "1",
        "null",
        "~",
        "__proto__: ",
      ],
    );
    const text = fc.oneof(
      anyText(),
      fc.array(token, { maxLength: 40 }).map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        for (const line of await problemsIn(content)) expect(line).toMatch(/^(?:\d+:\d+: |\s)?[^\n]+$/);
      }),
      { numRuns: runs(120) },
    );
  });

  test("also the example with bytes lost, doubled or changed", async () => {
    const edit = fc.record({
      at: fc.nat(example.length),
      length: fc.nat(3),
      text: fc.constantFrom("", "\n", ":", "-", " ", "\u00ff"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const bytes = edits.reduce(
          (text, { at, length, text: inserted }) => text.slice(0, at) + inserted + text.slice(at + length),
          example,
        );
        await problemsIn(Buffer.from(bytes, "latin1"));
      }),
      { numRuns: runs(75) },
    );
  });
});
