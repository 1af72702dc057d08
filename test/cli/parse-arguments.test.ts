import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXIT_USAGE } from "../../src/cli/context.ts";
import type { Invocation } from "../../src/cli/invocation.ts";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import { runs } from "../support/effort.ts";

type Outcome = { readonly invocation: Invocation; readonly out: string; readonly err: string };

function parse(...args: readonly string[]): Outcome {
  let out = "";
  let err = "";
  const invocation = parseArguments(args, "1.2.3", {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { invocation, out, err };
}

const AT_ROOT = { routePrefix: "", linkPrefix: "", origin: undefined };

const SERVE = {
  command: "serve",
  configFile: undefined,
  nodes: [],
  addresses: [{ kind: "tcp", host: undefined, port: 10900 }],
  telemetryPath: "/metrics",
  location: AT_ROOT,
  isSystemdSocket: false,
  logLevel: "info",
  logFormat: undefined,
};

const DEMO = {
  command: "demo",
  addresses: [{ kind: "tcp", host: "127.0.0.1", port: 10900 }],
  telemetryPath: "/metrics",
  location: AT_ROOT,
  isSystemdSocket: false,
  logLevel: "info",
  logFormat: "pretty",
};

const PEERS = { command: "peers", node: undefined, output: undefined, watchMs: undefined, sort: undefined, nodes: [] };
const NODES = { ...PEERS, command: "nodes", chain: undefined, selector: undefined, hasHeaders: true };

const A = { name: "a", chain: "wire", url: "http://h:1" };
const B = { name: "b", chain: "monero", url: "http://h:2" };

const NO_ACCESS = {
  ...{ basic: undefined, digest: undefined, passwordFile: undefined, bearerFile: undefined, cookieFile: undefined },
  ...{ headers: [], pin: undefined, certFile: undefined, keyFile: undefined, proxyUrl: undefined },
};

describe("what is asked for", () => {
  test.each<[readonly string[], object]>([
    [[], SERVE],
    [["serve"], SERVE],
    [["check"], { command: "check", connect: false, json: false, configFile: undefined, nodes: [] }],
    [["check", "--json"], { command: "check", connect: false, json: true, configFile: undefined, nodes: [] }],
    [["check", "--connect"], { command: "check", connect: true, json: false, nodes: [] }],
    [["peers"], PEERS],
    [["peers", "a", "--json"], { ...PEERS, node: "a", output: "json" }],
    [["peers", "-o", "wide"], { ...PEERS, output: "wide" }],
    [["peers", "-o", "json", "--json"], { ...PEERS, output: "json" }],
    [["peers", "--node=a=wire+http://h:1"], { ...PEERS, nodes: [A] }],
    [["--config.file=a.yaml", "peers", "a"], { ...PEERS, configFile: "a.yaml", node: "a" }],
    [["peers", "--watch"], { ...PEERS, watchMs: 5000 }],
    [["peers", "--watch=1m"], { ...PEERS, watchMs: 60_000 }],
    [["peers", "a", "--watch", "--json"], { ...PEERS, node: "a", output: "json", watchMs: 5000 }],
    [["peers", "--sort=in"], { ...PEERS, sort: { column: "in", isReversed: false } }],
    [["peers", "--sort=-head"], { ...PEERS, sort: { column: "head", isReversed: true } }],
    [["peers", "--sort", "-head"], { ...PEERS, sort: { column: "head", isReversed: true } }],
    [["nodes"], NODES],
    [["nodes", "a", "-o=wide"], { ...NODES, node: "a", output: "wide" }],
    [["nodes", "-owide", "--no-headers"], { ...NODES, output: "wide", hasHeaders: false }],
    [["nodes", "--chain=monero", "--watch=10s"], { ...NODES, chain: "monero", watchMs: 10_000 }],
    [["nodes", "--sort=-lag"], { ...NODES, sort: { column: "lag", isReversed: true } }],
    [
      ["nodes", "-l", "region=eu,!old"],
      {
        ...NODES,
        selector: [
          { label: "region", operator: "=", value: "eu" },
          { label: "old", operator: "absent", value: "" },
        ],
      },
    ],
    [["probe"], { command: "probe", node: undefined, debug: false, nodes: [] }],
    [["probe", "a", "--debug"], { command: "probe", node: "a", debug: true, nodes: [] }],
    [["discover", "192.0.2.7"], { ...NO_ACCESS, command: "discover", address: "192.0.2.7" }],
    [
      ["discover", "h:1", "--auth.digest=u", "--auth.password-file=p", "--proxy-url=socks5h://127.0.0.1:9050"],
      {
        ...{ ...NO_ACCESS, command: "discover", address: "h:1" },
        ...{ digest: "u", passwordFile: "p", proxyUrl: "socks5h://127.0.0.1:9050" },
      },
    ],
    [
      ["discover", "h:1", "--auth.header=X-A=a=b", "--auth.header", "X-B=b", "--tls.cert-file=c", "--tls.key-file=k"],
      {
        ...{ ...NO_ACCESS, command: "discover", address: "h:1", certFile: "c", keyFile: "k" },
        headers: [
          { name: "X-A", path: "a=b" },
          { name: "X-B", path: "b" },
        ],
      },
    ],
    [["schema"], { command: "schema" }],
    [["completion", "fish"], { command: "completion", shell: "fish" }],
    [["demo"], DEMO],
    [["hash-password"], { command: "hash-password" }],

    [["--config.file=a.yaml"], { ...SERVE, configFile: "a.yaml" }],
    [["--config.file", "a.yaml"], { ...SERVE, configFile: "a.yaml" }],
    [["--config.file=a=b.yaml"], { ...SERVE, configFile: "a=b.yaml" }],
    [["--config.file=a.yaml", "--config.file=b.yaml"], { ...SERVE, configFile: "b.yaml" }],
    [
      ["check", "--config.file", "a.yaml"],
      { command: "check", connect: false, json: false, configFile: "a.yaml", nodes: [] },
    ],

    [["--node=a=wire+http://h:1"], { ...SERVE, nodes: [A] }],
    [["--node", "a=wire+http://h:1", "--node=b=monero+http://h:2"], { ...SERVE, nodes: [A, B] }],
    [
      ["check", "--node", "a=wire+http://h:1"],
      { command: "check", connect: false, json: false, configFile: undefined, nodes: [A] },
    ],

    [["--shard=0/3"], { ...SERVE, shard: { kind: "fixed", index: 0, total: 3 } }],
    [["--shard", "auto/3"], { ...SERVE, shard: { kind: "auto", total: 3 } }],
    [
      ["check", "--shard=2/3"],
      { command: "check", connect: false, json: false, nodes: [], shard: { kind: "fixed", index: 2, total: 3 } },
    ],
    [["demo", "--shard=1/2"], { ...DEMO, shard: { kind: "fixed", index: 1, total: 2 } }],
    [["--shard=1/2", "demo"], { ...DEMO, shard: { kind: "fixed", index: 1, total: 2 } }],
    [["--shard=1/2", "--shard=0/2"], { ...SERVE, shard: { kind: "fixed", index: 0, total: 2 } }],

    [["--web.listen-address=:1"], { ...SERVE, addresses: [{ kind: "tcp", host: undefined, port: 1 }] }],
    [
      ["--web.listen-address", "127.0.0.1:1", "--web.listen-address=[::1]:2", "--web.listen-address=unix:/a"],
      {
        ...SERVE,
        addresses: [
          { kind: "tcp", host: "127.0.0.1", port: 1 },
          { kind: "tcp", host: "::1", port: 2 },
          { kind: "unix", path: "/a" },
        ],
      },
    ],
    [["demo", "--web.listen-address=:1"], { ...DEMO, addresses: [{ kind: "tcp", host: undefined, port: 1 }] }],

    [["healthcheck"], { command: "healthcheck", addresses: undefined }],
    [
      ["healthcheck", "--web.listen-address=unix:/a"],
      { command: "healthcheck", addresses: [{ kind: "unix", path: "/a" }] },
    ],

    [["--web.config.file=web.yaml"], { ...SERVE, webConfigFile: "web.yaml" }],
    [["demo", "--web.config.file", "web.yaml"], { ...DEMO, webConfigFile: "web.yaml" }],
    [["--web.telemetry-path=/"], { ...SERVE, telemetryPath: "/" }],
    [["--web.telemetry-path", "/a/b-c_d.e~f"], { ...SERVE, telemetryPath: "/a/b-c_d.e~f" }],
    [
      ["--web.allowed-hosts=Exporter.Example.COM.", "--web.allowed-hosts", "*.bücher.example"],
      { ...SERVE, allowedHosts: ["exporter.example.com", "*.xn--bcher-kva.example"] },
    ],
    [["demo", "--web.allowed-hosts=localhost"], { ...DEMO, allowedHosts: ["localhost"] }],
    [
      ["--web.external-url=https://mon.example/peer-exporter/"],
      {
        ...SERVE,
        location: {
          routePrefix: "/peer-exporter",
          linkPrefix: "/peer-exporter",
          origin: { scheme: "https", host: "mon.example" },
        },
      },
    ],
    [
      ["--web.external-url=/a/", "--web.route-prefix=/"],
      { ...SERVE, location: { routePrefix: "", linkPrefix: "/a", origin: undefined } },
    ],
    [
      ["demo", "--web.route-prefix", "x"],
      { ...DEMO, location: { routePrefix: "/x", linkPrefix: "/x", origin: undefined } },
    ],
    [["--web.external-url=", "--web.route-prefix="], SERVE],
    [["healthcheck", "--web.external-url=/a"], { command: "healthcheck", addresses: undefined, routePrefix: "/a" }],
    [["healthcheck", "--web.route-prefix=/"], { command: "healthcheck", addresses: undefined, routePrefix: "" }],
    [["--web.systemd-socket"], { ...SERVE, isSystemdSocket: true }],
    ...["debug", "info", "warn", "error"].map((logLevel): [readonly string[], object] => [
      [`--log.level=${logLevel}`],
      { ...SERVE, logLevel },
    ]),
    [["--log.format", "pretty"], { ...SERVE, logFormat: "pretty" }],
    [["demo", "--log.format=json"], { ...DEMO, logFormat: "json" }],

    // As with kingpin's flags, which other exporters have, a flag may also stand before the command.
    [
      ["--config.file=a.yaml", "check"],
      { command: "check", connect: false, json: false, configFile: "a.yaml", nodes: [] },
    ],
    [["--config.file=a.yaml", "serve", "--log.level=warn"], { ...SERVE, configFile: "a.yaml", logLevel: "warn" }],
    [["--log.level=warn", "demo"], { ...DEMO, logLevel: "warn" }],
    [["--log.format=json", "demo"], { ...DEMO, logFormat: "json" }],
    [["--log.level=warn", "serve", "--log.level=error"], { ...SERVE, logLevel: "error" }],
    [["--node=a=wire+http://h:1", "serve", "--node=b=monero+http://h:2"], { ...SERVE, nodes: [A, B] }],
  ])("%j", (args, invocation) => {
    expect(parse(...args)).toEqual({ invocation, out: "", err: "" });
  });

  test("one call does not affect the next", () => {
    parse("--node=a=wire+http://h:1", "--web.listen-address=:1", "--log.level=error");
    expect(parse().invocation).toEqual(SERVE);
  });
});

describe("wrong usage", () => {
  const SEE = "(see peer-exporter --help)\n";
  test.each<[readonly string[], string]>([
    [["--metrics"], "error: unknown option '--metrics'\n"],
    [["-x"], "error: unknown option '-x'\n"],

    [["chek"], "error: unknown command 'chek'; did you mean \"check\"?\n"],
    [["start"], "error: unknown command 'start'\n"],
    [["--config.file=a", "start"], "error: unknown command 'start'\n"],
    [["config.yaml"], "error: unknown command; pass a configuration file with --config.file=PATH\n"],
    [["serve", "demo"], "error: too many arguments for 'serve'. Expected 0 arguments but got 1.\n"],
    [["peers", "a", "b"], "error: too many arguments for 'peers'. Expected 1 argument but got 2.\n"],
    [["discover"], "error: missing required argument 'address'\n"],
    [["completion", "tcsh"], "error: unknown shell 'tcsh'. Allowed choices are bash, zsh, fish.\n"],
    [
      ["peers", "--json", "-o", "wide"],
      "error: --json and --output=wide ask for different outputs: give one of them\n",
    ],
    [["nodes", "-o", "yaml"], 'error: --output: expected wide or json, found "yaml"\n'],
    [
      ["nodes", "-l", "region eu"],
      "error: --selector: expected labels, as in region=eu, region!=eu, region (has the label) or !region, several with " +
        'commas, found "region eu"\n',
    ],
    [["peers", "--watch=0s"], 'error: --watch: expected a duration from 1s to 1d, like 5s, found "0s"\n'],
    [
      ["peers", "--sort=laten"],
      "error: --sort: expected one of peer, direction, state, agent, head, difference, in, out, since, latency, " +
        'syncing, with a leading - to reverse the order, found "laten"; did you mean "latency"?\n',
    ],
    [
      ["check", "config.yaml"],
      "error: too many arguments for 'check'. Expected 0 arguments but got 1; pass a configuration file with " +
        "--config.file=PATH\n",
    ],
    [["\u2013config.file=a"], "error: unknown command; flags begin with --, not with one long dash\n"],
    [
      ["check", "\u2014config.file=a"],
      "error: too many arguments for 'check'. Expected 0 arguments but got 1; flags begin with --, not with one long dash\n",
    ],
    [["demo", "a", "b"], "error: too many arguments for 'demo'. Expected 0 arguments but got 2.\n"],

    [["--config.file"], "error: option '--config.file <path>' argument missing\n"],
    [["--config.file", "--json"], "error: --config.file: expected the path of a file, found another flag\n"],
    [["--config.file="], "error: --config.file: expected the path of a file\n"],
    [["--node"], "error: option '--node <name=chain+url>' argument missing\n"],
    ...["", "a", "http://h"].map((text): [readonly string[], string] => [
      [`--node=${text}`],
      "error: --node: expected NAME=CHAIN+URL, for example monero-1=monero+http://127.0.0.1:18081\n",
    ]),
    [["--shard"], "error: option '--shard <i/n>' argument missing\n"],
    [
      ["--shard=3/3"],
      'error: --shard: expected a shard from 0 to 2, as there are 3 shards, found "3/3": the first of N shards is 0/N\n',
    ],
    [
      ["check", "--shard=1"],
      "error: --shard: expected I/N, like 0/3 for the first of three shards, or auto/N in a StatefulSet, " +
        'found "1"\n',
    ],
    [
      ["--web.listen-address=10900"],
      "error: --web.listen-address: expected an address like :10900, 127.0.0.1:10900, [::1]:10900 or unix:PATH, " +
        'found "10900"\n',
    ],
    [
      ["--web.listen-address=:1", "--web.listen-address=unix:"],
      "error: --web.listen-address: expected unix:PATH, with the path of a socket\n",
    ],
    ...["metrics", "", "/a b", "/a?b", "/:name", "/*", "/ä", "/a\n"].map((path): [readonly string[], string] => [
      [`--web.telemetry-path=${path}`],
      "error: --web.telemetry-path: expected a path like /metrics\n",
    ]),
    [["--web.telemetry-path=/-/ready"], "error: --web.telemetry-path: the path /- is already used\n"],
    [["--web.telemetry-path=/probe"], "error: --web.telemetry-path: the path /probe is already used\n"],
    [["--web.telemetry-path=/dashboards/x"], "error: --web.telemetry-path: the path /dashboards is already used\n"],
    ...[
      ["", "and * only as the whole first label"],
      ["a b", "and * only as the whole first label"],
      ["a.*.example", "and * only as the whole first label"],
      ["x*.example", "and * only as the whole first label"],
      ["*", "found * alone: leave the flag out to allow every name"],
      ["a,b", "found a comma: give the flag once for each name"],
      ["http://a", "found a URL: leave out all but its host"],
      ["[::1]", "found an IPv6 address: every address is allowed"],
    ].map(([name, found]): [readonly string[], string] => [
      [`--web.allowed-hosts=${name}`],
      `error: --web.allowed-hosts: expected a host name like exporter.example.com or *.example.com, ${found}\n`,
    ]),
    ...["", "INFO", "trace", "fatal"].map((level): [readonly string[], string] => [
      [`--log.level=${level}`],
      `error: option '--log.level <level>' argument '${level}' is invalid. ` +
        "Allowed choices are debug, info, warn, error.\n",
    ]),
    [
      ["--log.format=logfmt"],
      "error: option '--log.format <format>' argument 'logfmt' is invalid. Allowed choices are json, pretty.\n",
    ],
  ])("%j", (args, message) => {
    expect(parse(...args)).toEqual({
      invocation: { command: "none", exitCode: EXIT_USAGE },
      out: "",
      err: message + SEE,
    });
  });
});

describe("an unknown flag:", () => {
  const ELSEWHERE = "--config.file is a flag of serve, check, nodes, peers and probe";

  test.each<[string, string, string]>([
    ["--conig.file=a.yaml", "--conig.file", 'did you mean "--config.file"?'],
    ["--config.fil=a", "--config.fil", 'did you mean "--config.file"?'],
    ["--config.files=a", "--config.files", 'did you mean "--config.file"?'],
    ["--config-file=a.yaml", "--config-file", 'did you mean "--config.file"?'],
    ["--config_file a.yaml", "--config_file", 'did you mean "--config.file"?'],
    ["--configFile=a.yaml", "--configFile", 'did you mean "--config.file"?'],
    ["--CONFIG.FILE=a.yaml", "--CONFIG.FILE", 'did you mean "--config.file"?'],
    ["--config=a.yaml", "--config", 'did you mean "--config.file"?'],
    ["--config a.yaml", "--config", 'did you mean "--config.file"?'],
    ["-config.file=a.yaml", "-config.file", 'did you mean "--config.file"?'],
    ["-config.file a.yaml", "-config.file", 'did you mean "--config.file"?'],
    ["---config.file=a", "---config.file", 'did you mean "--config.file"?'],
    ["-c a.yaml", "-c", 'did you mean "--config.file"?'],
    ["--config.file:a.yaml", "--config.file", "write --config.file=VALUE"],
    ["check --config=a.yaml", "--config", 'did you mean "--config.file"?'],
    ["peers -config.file=a.yaml", "-config.file", 'did you mean "--config.file"?'],
    ["--web.listen-adress=:1", "--web.listen-adress", 'did you mean "--web.listen-address"?'],
    ["--web.listen_address=:1", "--web.listen_address", 'did you mean "--web.listen-address"?'],
    ["--listen-address=:1", "--listen-address", 'did you mean "--web.listen-address"?'],
    ["--listen-adress=:1", "--listen-adress", 'did you mean "--web.listen-address"?'],
    ["--telemetry.address=:1", "--telemetry.address", 'did you mean "--web.listen-address"?'],
    ["--port 1", "--port", 'did you mean "--web.listen-address"?'],
    ["demo --port=1", "--port", 'did you mean "--web.listen-address"?'],
    ["--metrics-path=/m", "--metrics-path", 'did you mean "--web.telemetry-path"?'],
    ["--web.config=w.yml", "--web.config", 'did you mean "--web.config.file"?'],
    ["--log-level=debug", "--log-level", 'did you mean "--log.level"?'],
    ["--level=debug", "--level", 'did you mean "--log.level"?'],
    ["--log=debug", "--log", 'did you mean "--log.level" or "--log.format"?'],
    ["--nodes=a=wire+http://h", "--nodes", 'did you mean "--node"?'],
    ["-v", "-v", 'did you mean "--version"?'],
    ["-version", "-version", 'did you mean "--version"?'],
    ["--version=1", "--version", "--version takes no value"],
    ["peers --json=true", "--json", "--json takes no value"],
    ["check --log.level=info", "--log.level", "--log.level is a flag of serve and demo"],
    ["healthcheck --log.level=info", "--log.level", "--log.level is a flag of serve and demo"],
    ["check --log-level=info", "--log-level", "--log.level is a flag of serve and demo"],
    ["demo --config.file=a", "--config.file", ELSEWHERE],
    ["discover --config.file=a h", "--config.file", ELSEWHERE],
    ["schema -config.file=a", "-config.file", ELSEWHERE],
    ["peers --conect", "--conect", "--connect is a flag of check"],
    ["--debug", "--debug", "--debug is a flag of probe"],
  ])("%s", (line, shown, hint) => {
    expect(parse(...line.split(" ")).err).toBe(
      `error: unknown option '${shown}'; ${hint}\n(see peer-exporter --help)\n`,
    );
  });

  test.each([
    ["a flag with its value", ["--config.file a.yaml"], "--config.file", "write --config.file=VALUE"],
    ["a flag without a value", ["check", "--json "], "--json", "--json takes no value"],
  ])("%s in one argument", (_, args, shown, hint) => {
    expect(parse(...args).err).toBe(`error: unknown option '${shown}'; ${hint}\n(see peer-exporter --help)\n`);
  });

  test.each([
    ["--log.level=info check", "check", "--log.level", "--log.level is a flag of serve and demo"],
    ["--config.file=a demo", "demo", "--config.file", ELSEWHERE],
    ["--node a=wire+http://h demo", "demo", "--node", "--node is a flag of serve, check, nodes, peers and probe"],
  ])("before the command: %s", (line, command, flag, hint) => {
    expect(parse(...line.split(" ")).err).toBe(
      `error: the command '${command}' has no option '${flag}'; ${hint}\n(see peer-exporter --help)\n`,
    );
  });

  test("no value is shown, however it is attached", () => {
    const text = fc.constantFrom(...["--", "-", ""].flatMap((dashes) => WORDS.map((word) => dashes + word)));
    fc.assert(
      fc.property(text, fc.constantFrom("=", ":", " ", ",", "@", "/"), fc.boolean(), (flag, sign, isLater) => {
        const { invocation, out, err } = parse(...(isLater ? ["check"] : []), `--x${flag}${sign}S3CRET`);
        expect(invocation).toEqual({ command: "none", exitCode: EXIT_USAGE });
        expect(out + err).not.toContain("S3CRET");
      }),
      { numRuns: runs(200) },
    );
  });
});

const WORDS = ["config", "config.file", "node", "nodes", "web.config", "token", "a=wire+https", "log.level"];

const COMMANDS = [
  ...["serve", "check", "peers", "probe", "discover", "demo", "healthcheck", "hash-password", "schema", "completion"],
  "help",
];

describe("help and version", () => {
  test.each(["--version", "-V"])("%s", (flag) => {
    expect(parse(flag)).toEqual({ invocation: { command: "none", exitCode: 0 }, out: "1.2.3\n", err: "" });
  });

  test.each([["--help"], ["-h"], ["help"], ["--config.file=a", "--help"], ["--log.level=info", "-h"]])(
    "%s %s",
    (...args) => {
      const { invocation, out, err } = parse(...args);
      expect(invocation).toEqual({ command: "none", exitCode: 0 });
      expect(out).toMatch(/^Usage: peer-exporter \[options\] \[command\]\n/);
      expect(err).toBe("");
    },
  );

  test.each([
    ["check", "--help"],
    ["help", "check"],
  ])("%s %s", (...args) => {
    const { invocation, out, err } = parse(...args);
    expect(invocation).toEqual({ command: "none", exitCode: 0 });
    expect(out).toMatch(/^Usage: peer-exporter check \[options\]\n/);
    expect(out).toContain("--config.file <path>");
    expect(out).toContain("--web.config.file");
    expect(out).not.toMatch(/--web\.(?!config\.file)/);
    expect(err).toBe("");
  });

  test("the help lists every command, flag, default and exit code", () => {
    const { out } = parse("--help");
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} `, "m"));
    for (const flag of [
      ...[
        "--config.file",
        "--node",
        "--web.listen-address",
        "--web.telemetry-path",
        "--web.config.file",
        "--web.allowed-hosts",
        "--log.level",
        "--log.format",
      ],
      ...["--shard", "--help", "--version"],
    ]) {
      expect(out).toMatch(new RegExp(`^ .*${flag} `, "m"));
    }
    const text = out.replaceAll(/\s+/g, " ");
    expect(text).toContain("(default: :10900)");
    expect(text).toContain('(default: "/metrics")');
    expect(text).toContain('"debug", "info", "warn", "error", default: "info"');
    expect(text).toContain("chains: wire, antelope, monero, chainweb");
    expect(text).toContain("shard I of N, counted from 0");
    expect(text).toContain("Exit codes: 0 success, 1 invalid configuration, failure to start, or a node that is down");
    expect(text).not.toMatch(/undefined|\[object|default: \[\]/);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("every example in the help is valid usage", () => {
    const examples = [...parse("--help").out.matchAll(/^ {2}peer-exporter (.+)$/gm)].map(([, args = ""]) => args);
    expect(examples.length).toBeGreaterThan(3);
    for (const args of examples) {
      expect(parse(...args.split(" "))).toMatchObject({ err: "", out: "" });
    }
  });

  test.each(["nodes", "peers"])("the help of %s fits a terminal, and its examples are valid usage", (command) => {
    const { out } = parse(command, "--help");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const examples = [...out.matchAll(/^ {2}peer-exporter ([^|\n]+)/gm)].map(([, args = ""]) => args.trim());
    expect(examples.length).toBeGreaterThan(2);
    for (const args of examples) {
      expect(parse(...args.split(" "))).toMatchObject({ err: "", out: "", invocation: { command } });
    }
  });

  test("the demo listens on loopback unless configured otherwise", () => {
    expect(parse("demo", "--help").out).toContain("(default: 127.0.0.1:10900)");
  });
});
