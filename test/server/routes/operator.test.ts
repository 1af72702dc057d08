import { describe, expect, test } from "vitest";
import { setUp } from "../support.ts";

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
