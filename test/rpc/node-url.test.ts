import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { apiPath, parseNodeUrl } from "../../src/rpc/node-url.ts";

describe("parseNodeUrl", () => {
  const http = { protocol: "http:", path: "", query: "" };

  it.each<[string, Record<string, string>]>([
    [
      "http://127.0.0.1:8888",
      { ...http, label: "http://127.0.0.1:8888", hostname: "127.0.0.1", origin: "http://127.0.0.1:8888" },
    ],
    [
      "http://node.example/",
      { ...http, label: "http://node.example", hostname: "node.example", origin: "http://node.example" },
    ],
    [
      "HTTPS://Node.Example:443/Base/?k=v",
      {
        protocol: "https:",
        label: "https://node.example",
        hostname: "node.example",
        origin: "https://node.example",
        path: "/Base/",
        query: "?k=v",
      },
    ],
    [
      "http://[2001:db8::7]:18081/json_rpc",
      {
        ...http,
        label: "http://[2001:db8::7]:18081",
        hostname: "2001:db8::7",
        origin: "http://[2001:db8::7]:18081",
        path: "/json_rpc",
      },
    ],
    [
      "unix:/run/node.sock",
      {
        ...http,
        label: "unix:/run/node.sock",
        hostname: "localhost",
        origin: "http://localhost",
        socketPath: "/run/node.sock",
      },
    ],
    [
      "unix:///run/node.sock",
      {
        ...http,
        label: "unix:/run/node.sock",
        hostname: "localhost",
        origin: "http://localhost",
        socketPath: "/run/node.sock",
      },
    ],
  ])("reads %s", (text, expected) => {
    expect({ ...parseNodeUrl(text) }).toEqual(expected);
  });

  it("keeps the user and a secret password apart", async () => {
    const { userinfo, label, origin } = parseNodeUrl("http://monitor%40home:s3%2Fcret@127.0.0.1:18081");
    expect(userinfo?.username).toBe("monitor@home");
    expect(await userinfo?.password.reveal()).toBe("s3/cret");
    expect([label, origin]).toEqual(["http://127.0.0.1:18081", "http://127.0.0.1:18081"]);
  });

  it("takes a token as the user alone", async () => {
    const { userinfo } = parseNodeUrl("https://t0ken@gateway.example");
    expect(userinfo?.username).toBe("t0ken");
    expect(await userinfo?.password.reveal()).toBe("");
  });

  it("prints as its label only", () => {
    const url = parseNodeUrl("https://c4nary-user:c4nary-pass@gateway.example:8443/c4nary-path?c4nary=query");
    const prints = [JSON.stringify({ url }), inspect({ url }), inspect(url, { depth: 9 }), url.label].join("\n");
    expect(prints).toContain("https://gateway.example:8443");
    expect(prints).not.toContain("c4nary");
  });

  it.each([
    ["no URL", "c4nary"],
    ["an empty text", ""],
    ["a host without scheme", "c4nary.example:8888"],
    ["a user without scheme", "c4nary:c4nary@gateway.example"],
    ["another scheme", "ftp://c4nary.example"],
    ["a fragment", "http://c4nary.example/#c4nary"],
    ["no host", "http://"],
    ["a port that is none", "http://c4nary.example:99999"],
    ["a broken escape in the user", "http://c4nary%:c4nary@gateway.example"],
    ["a broken escape in the password", "http://c4nary:c4nary%zz@gateway.example"],
    ["a relative socket", "unix:c4nary.sock"],
    ["no socket", "unix:"],
  ])("refuses %s without repeating it", (_, text) => {
    const error = (() => {
      try {
        return parseNodeUrl(text);
      } catch (caught) {
        return caught;
      }
    })();
    if (!(error instanceof Error)) throw new Error(`expected an error, found ${inspect(error)}`);
    expect(error.message).toMatch(/expected|write it as %25/);
    expect(inspect(error, { showHidden: true }).replace(/\n {4}at .*/g, "")).not.toContain("c4nary");
  });
});

describe("apiPath", () => {
  it.each([
    ["http://node.example", "/v1/chain/get_info"],
    ["http://node.example/", "/v1/chain/get_info"],
    ["http://node.example/base", "/base/v1/chain/get_info"],
    ["http://node.example/base//", "/base/v1/chain/get_info"],
    ["http://node.example/?key=1", "/v1/chain/get_info?key=1"],
    ["http://node.example/a%20b?key=a%2Fb", "/a%20b/v1/chain/get_info?key=a%2Fb"],
    ["unix:/run/node.sock", "/v1/chain/get_info"],
  ])("below %s is %s", (base, path) => {
    expect(apiPath(parseNodeUrl(base), "/v1/chain/get_info")).toBe(path);
  });
});
