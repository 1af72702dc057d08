import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { printConfig } from "../../src/config/print.ts";
import { createNodeRedaction, createRedactor } from "../../src/config/redact.ts";
import { chooseRoute } from "../../src/rpc/dial/route.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import type { ProxySettings } from "../../src/rpc/settings.ts";
import { describeProblem } from "../../src/schema/problems.ts";

const NODE = { name: "one", chain: "monero", url: "http://node.example:18081" };
const PROXY = "http://proxy.example:3128";

type Keys = Readonly<Record<string, unknown>>;
type Env = Readonly<Record<string, string>>;

function parse(own: Keys, global: Keys = {}, env: Env = {}) {
  const module = { chain: "monero", ...own };
  return parseConfig(
    { global, nodes: [{ ...NODE, ...own }], probe: { allow: ["http://10.0.0.0/8:18081"], modules: { m: module } } },
    undefined,
    env,
  );
}

function good(own: Keys, global: Keys = {}, env: Env = {}) {
  const result = parse(own, global, env);
  if (!result.ok) throw new Error(result.problems.map((problem) => describeProblem(problem, (key) => key)).join("\n"));
  const [node] = result.config.nodes;
  const module = result.config.probe.modules.get("m");
  if (node === undefined || module === undefined) throw new Error("no node");
  // A module has the same as a node.
  expect(JSON.stringify(module.proxy)).toBe(JSON.stringify(node.proxy));
  return { node, config: result.config };
}

function problems(own: Keys, global: Keys = {}, env: Env = {}): readonly string[] {
  const result = parse(own, global, env);
  if (result.ok) throw new Error("expected a problem");
  return result.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

/** The proxy for a URL, or "direct". */
function routeOf(proxy: ProxySettings | undefined, url: string): string {
  const route = chooseRoute(parseNodeUrl(url), proxy, false);
  return route.kind === "direct" ? "direct" : `${route.kind} ${route.proxy.label}`;
}

describe("proxy_url", () => {
  it.each([
    ["http://proxy.example:3128", "http://proxy.example:3128"],
    ["HTTP://Proxy.example", "http://proxy.example:80"],
    ["http://proxy.example:80/", "http://proxy.example:80"],
    ["https://proxy.example", "https://proxy.example:443"],
    ["https://proxy.example:80", "https://proxy.example:80"],
    ["socks5h://127.0.0.1:9050", "socks5h://127.0.0.1:9050"],
    ["socks5h://127.0.0.1:80", "socks5h://127.0.0.1:80"],
    ["socks5h://[::1]", "socks5h://[::1]:1080"],
    ["http://user:pass%20word@proxy.example:3128", "http://proxy.example:3128"],
  ])("%s is %s", (text, label) => {
    const { node, config } = good({ proxy_url: text });
    expect(node.proxy?.http?.label).toBe(label);
    expect(node.proxy?.http?.hostname).not.toContain("[");
    expect(printConfig(config)).toContain(label);
    expect(printConfig(config)).not.toContain("word");
  });

  it.each([
    ["", /expected a URL like http:\/\/proxy\.example:3128/],
    ["socks5://u:hunter2@h", /use socks5h:\/\//],
    ["socks4a://u:hunter2@h", /found socks4a:\/\//],
    ["http://u:hunter2@h:99999", /expected a URL like/],
    ["http://u:hunter2@h:0", /port from 1 to 65535/],
    ["http:/u:hunter2@h", /expected a URL like/],
    ["http://u:hunter2@", /expected a URL like/],
    ["http://u:hunter2@$HOST:1", /whose host is a name|expected a URL like/],
    ["http://u:hunter2@h/path", /without a path/],
    ["http://u:hunter2@h?x", /without a path/],
    ["http://u%3A:hunter2@h", /without a colon/],
    ["http://u:hunter2%0A@h", /control character/],
    ["http://u:hunter2%@h", /write it as %25/],
    ["socks5h://u@h", /1 to 255 bytes/],
    [`socks5h://u:hunter2${"x".repeat(255)}@h`, /1 to 255 bytes/],
  ])("%j is an error without the password", (text, message) => {
    const [first = "", second = ""] = problems({ proxy_url: text });
    expect(first).toMatch(/^nodes\.0\.proxy_url: /);
    expect(first).toMatch(message);
    expect(second).toMatch(/^probe\.modules\.m\.proxy_url: /);
    expect(first + second).not.toContain("hunter2");
  });

  it("is used for every host but those of no_proxy, loopback included", () => {
    const { proxy } = good({ proxy_url: PROXY, no_proxy: "direct.example, 10.0.0.0/8,[fd00::1]:443" }).node;
    expect(routeOf(proxy, "http://node.example:18081")).toBe("forward http://proxy.example:3128");
    expect(routeOf(proxy, "https://node.example")).toBe("tunnel http://proxy.example:3128");
    expect(routeOf(proxy, "http://127.0.0.1:1")).toBe("forward http://proxy.example:3128");
    for (const url of ["http://a.direct.example", "https://10.1.2.3:1", "https://[fd00::1]", "unix:/run/node.sock"]) {
      expect(routeOf(proxy, url)).toBe("direct");
    }
    expect(routeOf(proxy, "https://[fd00::1]:444")).toBe("tunnel http://proxy.example:3128");
  });

  it("of socks5h is always a tunnel", () => {
    const { proxy } = good({ proxy_url: "socks5h://127.0.0.1:9050" }).node;
    expect(routeOf(proxy, "http://node.example")).toBe("tunnel socks5h://127.0.0.1:9050");
  });

  it("gets CONNECT for names of Tor, whose HTTPTunnelPort knows nothing else", () => {
    const { proxy } = good({ proxy_url: PROXY }).node;
    expect(routeOf(proxy, "http://abc.ONION:18081")).toBe("tunnel http://proxy.example:3128");
    expect(routeOf(proxy, "http://abc.i2p")).toBe("forward http://proxy.example:3128");
  });

  it("from a Secret made with echo may end with a line end, as the URL of a node may", () => {
    expect(good({ proxy_url: "\ufeffhttp://u:hunter2@h:1\n" }).node.proxy?.http?.label).toBe("http://h:1");
    const env = { HTTP_PROXY: "\ufeffh:1\n" };
    expect(good({ proxy_from_environment: true }, {}, env).node.proxy?.http?.label).toBe("http://h:1");
    const nodes = [{ ...NODE, url: "\ufeffhttp://node.example/c4narytoken\r\n" }];
    const result = parseConfig({ nodes }, undefined);
    expect(result.ok && result.config.nodes[0]?.url.path).toBe("/c4narytoken");
  });

  it("of a node overrides global as a whole", () => {
    const global = { proxy_url: PROXY, no_proxy: "node.example" };
    expect(routeOf(good({}, global).node.proxy, NODE.url)).toBe("direct");
    expect(routeOf(good({ proxy_url: "http://own.example:1" }, global).node.proxy, NODE.url)).toBe(
      "forward http://own.example:1",
    );
    expect(good({ proxy_from_environment: false }, global).node.proxy).toBeUndefined();
    expect(printConfig(good({}, global).config)).toContain("no_proxy: node.example\n");
  });
});

describe("keys that need or exclude each other", () => {
  it.each<[Keys, Keys, RegExp]>([
    [{ no_proxy: "a" }, {}, /^nodes\.0\.no_proxy: no_proxy requires proxy_url in the same place$/],
    [{ no_proxy: "a" }, { proxy_url: PROXY }, /^nodes\.0\.no_proxy: no_proxy requires/],
    [{ no_proxy: "a", proxy_from_environment: true }, {}, /^nodes\.0\.proxy_from_environment: expected at most one/],
    [{ proxy_url: PROXY, proxy_from_environment: true }, {}, /^nodes\.0\.proxy_from_environment: expected at most one/],
  ])("%j with global %j", (own, global, message) => {
    expect(problems(own, global)[0]).toMatch(message);
  });

  it("are reported once for global", () => {
    expect(problems({}, { no_proxy: "a" })).toEqual(["global.no_proxy: no_proxy requires proxy_url in the same place"]);
  });

  it("false may stand beside proxy_url", () => {
    expect(good({ proxy_url: PROXY, proxy_from_environment: false }).node.proxy?.origin).toBe("proxy_url");
  });
});

describe("proxy_from_environment", () => {
  const on = { proxy_from_environment: true };

  it("takes the proxy by the URL's scheme", () => {
    const env = {
      HTTP_PROXY: "http://plain.example:1",
      https_proxy: "secure.example:2",
      NO_PROXY: ".internal, 10.0.0.0/8",
    };
    const { node, config } = good({}, on, env);
    expect(routeOf(node.proxy, "http://node.example")).toBe("forward http://plain.example:1");
    expect(routeOf(node.proxy, "https://node.example")).toBe("tunnel http://secure.example:2");
    for (const url of [
      "http://a.internal",
      "http://10.0.0.1",
      "http://localhost:1",
      "https://127.0.0.9",
      "http://[::1]",
    ]) {
      expect(routeOf(node.proxy, url)).toBe("direct");
    }
    expect(printConfig(config)).toContain("proxy_from_environment: true\n");
    expect(printConfig(config)).not.toContain("plain.example");
  });

  it.each<[Env, string]>([
    [{ HTTP_PROXY: "http://a:1", http_proxy: "http://b:1" }, "forward http://a:1"],
    [{ HTTP_PROXY: "", http_proxy: "http://b:1" }, "forward http://b:1"],
    [{ HTTP_PROXY: "http://a:1", no_proxy: "*" }, "direct"],
    [{ HTTP_PROXY: "http://a:1", NO_PROXY: "node.example:18081" }, "direct"],
    [{ HTTP_PROXY: "http://a:1", NO_PROXY: "node.example:1" }, "forward http://a:1"],
    [{ HTTPS_PROXY: "http://a:1", ALL_PROXY: "http://b:1" }, "direct"],
    [{ http_proxy: "socks5h://u:p@a:1" }, "tunnel socks5h://a:1"],
    [{}, "direct"],
  ])("%j: %s", (env, route) => {
    expect(routeOf(good(on, {}, env).node.proxy, NODE.url)).toBe(route);
  });

  it("is ignored where no key asks for it", () => {
    expect(good({}, {}, { HTTP_PROXY: "http://a:1" }).node.proxy).toBeUndefined();
    expect(good({}, {}, { HTTP_PROXY: "nonsense://" }).node.proxy).toBeUndefined();
  });

  it.each([
    [
      { HTTP_PROXY: "socks5://u:hunter2@h:1" },
      /: HTTP_PROXY in the environment: socks5:\/\/ is not supported: use socks5h/,
    ],
    [{ https_proxy: "u:hunter2@h:port" }, /: https_proxy in the environment: expected a URL like/],
  ])("%j is a problem without the password", (env, message) => {
    const [first = ""] = problems(on, {}, env);
    expect(first).toMatch(message);
    expect(first).not.toContain("hunter2");
  });
});

describe("the login of a proxy", () => {
  const own = { proxy_url: "http://c4nary-user:c4nary-pass@proxy.example:3128" };
  const base64 = Buffer.from("c4nary-user:c4nary-pass").toString("base64");

  it("is not printed, and removed from texts of every kind", () => {
    const { node, config } = good(own);
    expect(printConfig(config) + JSON.stringify(config)).not.toContain("c4nary");
    const redactor = createRedactor();
    redactor.addSecrets(config);
    for (const hide of [redactor.redact, createNodeRedaction(node)()]) {
      const text = `c4nary-user c4nary-pass Basic ${base64}`;
      expect(hide?.(text)).not.toMatch(/c4nary|YzRuYXJ5/);
    }
  });

  it("that changes is a change of the node, also in global", () => {
    const other = { proxy_url: "http://c4nary-user:another@proxy.example:3128" };
    expect(good({}, own).node.fingerprint()).toBe(good({}, own).node.fingerprint());
    expect(good({}, own).node.fingerprint()).not.toBe(good({}, other).node.fingerprint());
    expect(good(own, {}).node.fingerprint()).toBe(good(own, other).node.fingerprint());
  });
});
