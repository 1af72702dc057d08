import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../../src/config/parse.ts";
import { setUp } from "../support.ts";

function configWith(url: string) {
  const result = parseConfig({ nodes: [{ name: "a", chain: "wire", url }] }, undefined);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

test("/config shows the configuration of this moment, which no cache keeps", async () => {
  let config = configWith("http://first:1");
  const { server } = setUp({ config: () => config });
  const before = await server.inject("/config");
  expect(before).toMatchObject({
    statusCode: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
  expect(parse(before.body).nodes).toMatchObject([{ name: "a", url: "http://first:1" }]);

  config = configWith("http://second:2/t0ken");
  const after = await server.inject("/config");
  expect(parse(after.body).nodes).toMatchObject([{ url: "http://second:2" }]);
  expect(after.body).not.toContain("t0ken");
});

describe("/-/reload", () => {
  test("POST says what changed", async () => {
    let asked = 0;
    const { server, codes } = setUp({
      reload: async () => {
        asked += 1;
        return { ok: true, summary: "nodes: 1 added, 0 changed, 0 removed, 2 unchanged" };
      },
    });
    const { statusCode, body } = await server.inject({ url: "/-/reload", method: "POST" });
    expect([statusCode, body]).toEqual([
      200,
      "configuration reloaded: nodes: 1 added, 0 changed, 0 removed, 2 unchanged\n",
    ]);
    expect(asked).toBe(1);
    expect(codes()).toEqual(["/-/reload 200"]);
  });

  test("POST says what is wrong with a bad configuration", async () => {
    const { server } = setUp({ reload: async () => ({ ok: false, problems: ["config.yaml:1:1: bad", "and more"] }) });
    const { statusCode, body } = await server.inject({ url: "/-/reload", method: "POST" });
    expect([statusCode, body]).toEqual([
      500,
      "500: configuration not reloaded, keeping the current configuration:\nconfig.yaml:1:1: bad\nand more\n",
    ]);
  });

  test("POST says what was reloaded although another file is bad", async () => {
    const { server } = setUp({
      reload: async () => ({ ok: false, problems: ["web.yaml:1:1: bad"], summary: "nodes: 1 added" }),
    });
    const { statusCode, body } = await server.inject({ url: "/-/reload", method: "POST" });
    expect([statusCode, body]).toEqual([
      500,
      "500: configuration partly reloaded (nodes: 1 added):\nweb.yaml:1:1: bad\n",
    ]);
  });

  test.each(["GET", "PUT", "DELETE"] as const)("%s reloads nothing: a link or a crawler must not", async (method) => {
    const { server } = setUp({
      reload: async () => {
        throw new Error("must not be asked");
      },
    });
    const { statusCode, headers } = await server.inject({ url: "/-/reload", method });
    expect([statusCode, headers.allow]).toEqual([405, "POST"]);
  });
});
