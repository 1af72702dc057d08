import { describe, expect, test } from "vitest";
import { json, request } from "../support.ts";
import { started } from "./support.ts";

const { clock, nodes, post, raw } = started();

describe("errors are those of the real nodes", () => {
  test("without POST, and at another path", () => {
    expect(nodes.healthy.respond(request("/"))).toMatchObject({
      status: 405,
      body: "JSONRPC server handles only POST requests",
    });
    expect(post("healthy", "{}", {}, "/rest/chaininfo.json")).toMatchObject({ status: 404, body: "" });
  });

  test("with credentials that it does not know", () => {
    const answer = post("healthy", '{"method":"uptime"}', { authorization: "Basic YTpi" });
    expect(answer).toMatchObject({ status: 401, body: "" });
    expect(answer.headers["WWW-Authenticate"]).toBe('Basic realm="jsonrpc"');
  });

  test.each([
    ["{x", 500, -32700, null],
    ["[]", 500, -32700, null],
    ['{"id":"a"}', 400, -32600, "a"],
    ['{"id":7,"method":"getaddrmaninfo"}', 404, -32601, 7],
    ['{"id":"a","method":"getblockhash","params":[99999999]}', 500, -8, "a"],
    [`{"id":"a","method":"getblockheader","params":["${"0".repeat(64)}"]}`, 500, -5, "a"],
  ])("%s: HTTP %i, code %i", (body, status, code, id) => {
    const answer = post("forking", body);
    expect(answer.status).toBe(status);
    expect(json(answer)).toMatchObject({ result: null, error: { code }, id });
  });

  test("from 28 on with HTTP 200 for clients that ask for 2.0", () => {
    const answer = raw("healthy", "nope", [], "2.0");
    expect([answer.status, json(answer)]).toEqual([
      200,
      { jsonrpc: "2.0", error: { code: -32601, message: "Method not found" }, id: "0" },
    ]);
    expect(raw("forking", "nope", [], "2.0").status).toBe(404);
  });

  test("while a node starts", () => {
    clock.moveTo(21);
    const texts = [21, 27, 34].map((elapsed) => {
      clock.moveTo(elapsed);
      const answer = raw("upgraded", "getpeerinfo");
      expect(answer.status).toBe(500);
      return json(answer);
    });
    expect(texts).toMatchObject([
      { error: { code: -28, message: "Loading block index…" } },
      { error: { code: -28, message: "Verifying blocks…" } },
      { error: { code: -28, message: "Starting network threads…" } },
    ]);
  });
});
