import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { chains } from "../../src/chains/index.ts";
import type { ProbeConfig } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { type ProbeRequest, resolveProbe } from "../../src/config/probe.ts";

const NODE = { name: "one", chain: "wire", url: "http://127.0.0.1:8888" };

function parsed(raw: Readonly<Record<string, unknown>>) {
  const result = parseConfig(raw, undefined);
  if (!result.ok)
    throw new Error(result.problems.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  return result.config;
}

function probeOf(probe: Readonly<Record<string, unknown>>, rest: Readonly<Record<string, unknown>> = {}): ProbeConfig {
  return parsed({ nodes: [NODE], ...rest, probe }).probe;
}

function problemsOf(probe: Readonly<Record<string, unknown>>): readonly string[] {
  const result = parseConfig({ nodes: [NODE], probe }, undefined);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test("no target may be probed unless the configuration allows it", () => {
  const { probe } = parsed({ nodes: [NODE] });
  expect(probe).toEqual({ allow: [], modules: new Map(), concurrency: 10 });
  const answer = resolveProbe(probe, { target: "http://127.0.0.1:8888", module: "wire" });
  expect(answer).toMatchObject({ kind: "forbidden", message: expect.stringContaining("probe:\n  allow:") });
});

test("the configuration that a refusal suggests is valid", () => {
  const answer = resolveProbe(parsed({ nodes: [NODE] }).probe, { target: "a:1", module: "m" });
  const text = answer.kind === "forbidden" ? answer.message : "";
  expect(text).toContain('allow: ["http://10.0.0.0/8:18081", "https://*.nodes.example.com:1789"]');
  const allow = JSON.parse(/allow: (\[.*\])/.exec(text)?.[1] ?? "");
  expect(probeOf({ allow, modules: { monero: { chain: "monero" } } }).allow).toHaveLength(2);
});

test("an exporter with modules needs no nodes", () => {
  expect(parsed({ probe: { modules: { m: { chain: "wire" } } } }).nodes).toEqual([]);
  expect(parsed({ nodes: [], probe: { modules: { m: { chain: "wire" } } } }).nodes).toEqual([]);
});

describe("a module", () => {
  test("has the global timeout unless it has its own, whatever the interval of nodes", () => {
    const modules = { own: { chain: "wire", timeout: "40s" }, other: { chain: "wire" } };
    const timeouts = (config: ProbeConfig) => [...config.modules.values()].map(({ timeoutMs }) => timeoutMs);
    expect(timeouts(probeOf({ modules }))).toEqual([40_000, 10_000]);
    expect(timeouts(probeOf({ modules }, { global: { timeout: "3s" } }))).toEqual([40_000, 3000]);
  });

  test("with a tls block is for https", () => {
    const { modules } = probeOf({
      modules: { plain: { chain: "chainweb" }, tls: { chain: "chainweb", tls: { insecure: true } } },
    });
    expect([...modules.values()].map(({ scheme, needsHttps }) => [scheme, needsHttps])).toEqual([
      ["http", false],
      ["https", true],
    ]);
  });

  test.each([
    { auth: { basic: { username: "u", password: "p" } } },
    { auth: { digest: { username: "u", password: "p" } } },
    { auth: { bearer: { token: "t" } } },
    { auth: { header: { name: "X-Key", value: "v" } } },
  ])("with a credential requires hosts: %j", (credential) => {
    const module = { chain: "wire", ...credential };
    expect(problemsOf({ modules: { m: module } })).toEqual([expect.stringContaining("auth requires hosts")]);
    expect(problemsOf({ modules: { m: { ...module, hosts: ["a:1"] } } })).toEqual([]);
  });

  test("with a client certificate requires hosts", () => {
    const module = { chain: "wire", tls: { insecure: true, cert_file: "a.crt", key_file: "a.key" } };
    expect(problemsOf({ modules: { m: module } })).toEqual([
      expect.stringContaining("tls.cert_file, tls.key_file requires hosts"),
    ]);
    expect(problemsOf({ modules: { m: { ...module, hosts: ["a:1"] } } })).toEqual([]);
  });

  test("has no URL of its own, whatever the chain calls it", () => {
    for (const [chain, { options, optionsKey }] of Object.entries(chains)) {
      const schema = z.toJSONSchema(options, { io: "input", unrepresentable: "any" });
      for (const key of Object.keys(schema.properties ?? {})) {
        const module = { chain, [optionsKey]: { [key]: "http://127.0.0.1:1" } };
        if (!options.safeParse(module[optionsKey]).success || key === "host_header") continue;
        expect(problemsOf({ modules: { m: module } })).toEqual([
          `probe.modules.m.${optionsKey}.${key}: not allowed in a module, which serves any target: configure this node under nodes`,
        ]);
      }
    }
  });
});

const SECURED = probeOf({
  allow: ["10.0.0.0/8:*", "*.example.com:*/*", "http://plain.example.net:80"],
  modules: {
    open: { chain: "monero", labels: { region: "eu" } },
    token: {
      chain: "monero",
      auth: { bearer: { token: "canary" } },
      scheme: "https",
      hosts: ["gateway.example.com:443/v1/*", "http://plain.example.net:80", "elsewhere.example.org:443"],
    },
    pinned: { chain: "chainweb", tls: { insecure: true } },
  },
});

function resolve(target: string, module = "open", config = SECURED) {
  const request: ProbeRequest = { target, module };
  return resolveProbe(config, request);
}

describe("a request", () => {
  test("becomes a node named by its host and port", () => {
    const found = resolve("http://NODE.example.com/json_rpc?key=TOKEN");
    expect(found).toMatchObject({
      kind: "allowed",
      node: { role: "node", name: "node.example.com:80", chain: "monero", labels: { region: "eu" }, timeoutMs: 10_000 },
    });
    expect(JSON.stringify(found) + inspect(found, { depth: 9 })).not.toContain("TOKEN");
  });

  test.each([
    ["without a module lists them", "10.0.0.1:1", "", "bad", "the modules are open, token, pinned"],
    ["for an unknown module lists them", "10.0.0.1:1", "nope", "bad", "the modules are open, token, pinned"],
    ["for a name of JavaScript's is for an unknown module", "10.0.0.1:1", "__proto__", "bad", "no module"],
    ["for no URL says what one is", "http://", "open", "bad", "target: expected a URL like"],
    [
      "for another host is refused",
      "http://192.0.2.1:1",
      "open",
      "forbidden",
      "http://192.0.2.1:1 is not in the probe.allow list",
    ],
    [
      "for a path that no pattern has says so",
      "10.0.0.1:1/x",
      "open",
      "forbidden",
      "with this path and query is not in the probe.allow list",
    ],
    ["over http is nothing for a module with tls", "10.0.0.1:1", "pinned", "allowed", ""],
    ["over http on purpose is refused there", "http://10.0.0.1:1", "pinned", "forbidden", "is not https"],
  ])("%s", (_, target, module, kind, message) => {
    expect(resolve(target, module)).toMatchObject({
      kind,
      ...(message === "" ? {} : { message: expect.stringContaining(message) }),
    });
  });

  test.each([
    ["gateway.example.com/v1/x?y", "allowed"],
    ["https://gateway.example.com:443/v1", "allowed"],
    ["http://plain.example.net", "allowed"],
    ["plain.example.net", "forbidden"],
    // The pattern has no scheme, so the module's holds: a token for https never leaves in the clear.
    ["http://gateway.example.com:443/v1", "forbidden"],
    ["http://gateway.example.com/v1", "forbidden"],
    ["https://gateway.example.com", "forbidden"],
    ["https://gateway.example.com/v2", "forbidden"],
    ["https://gateway.example.com:8443/v1", "forbidden"],
    ["https://other.example.com/v1", "forbidden"],
    ["https://10.0.0.1/v1", "forbidden"],
    // The hosts of a module allow nothing by themselves.
    ["https://elsewhere.example.org", "forbidden"],
  ])("of a module with a credential: %s is %s", (target, kind) => {
    expect(resolve(target, "token").kind).toBe(kind);
  });

  test("for a module shows nothing of its credentials, however it is printed", () => {
    const found = resolve("https://gateway.example.com/v1", "token");
    expect(found.kind).toBe("allowed");
    expect(JSON.stringify(found) + inspect(found, { depth: 9 }) + inspect(SECURED, { depth: 9 })).not.toContain(
      "canary",
    );
  });

  test("is refused without repeating its path, query and user", () => {
    for (const target of [
      "http://u:TOKEN@a:1",
      "a:1/TOKEN",
      "a:1?TOKEN",
      "https://gateway.example.com/TOKEN",
      "a:1/#TOKEN",
    ]) {
      for (const module of ["open", "token", "pinned", ""]) {
        const found = resolve(target, module);
        if (found.kind !== "allowed") expect(found.message).not.toContain("TOKEN");
      }
    }
  });
});
