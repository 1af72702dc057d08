import { describe, expect, test } from "vitest";
import { fields, json, request, rows } from "../support.ts";
import { started } from "./support.ts";

describe("requests", () => {
  const { nodes } = started();
  const { all: ask, api } = nodes.spring;

  test("connections answer 201 to an empty body or {}", () => {
    for (const body of ["", "{}", " { } "]) {
      expect(ask(request("/v1/net/connections", { method: "POST", body })).status).toBe(201);
    }
    expect(ask(request("/v1/chain/get_info")).status).toBe(200);
  });

  test("get_block_info gives the block of a number up to the head", () => {
    const info = fields(json(ask(request("/v1/chain/get_info"))));
    const blockAt = (params: unknown) =>
      ask(request("/v1/chain/get_block_info", { method: "POST", body: JSON.stringify(params) }));
    const head = Number(info.head_block_num);
    expect(json(blockAt({ block_num: head }))).toMatchObject({ block_num: head, id: info.head_block_id });
    const above = blockAt({ block_num: head + 1 });
    expect([above.status, json(above)]).toMatchObject([400, { message: "Unknown Block", error: { code: 3_100_002 } }]);
    expect(json(blockAt({}))).toMatchObject({ message: "Invalid Request" });
  });

  test("any other body is refused", () => {
    const response = ask(request("/v1/net/connections", { method: "POST", body: '{"a":1}' }));
    expect(response.status).toBe(400);
    expect(json(response)).toMatchObject({
      code: 400,
      message: "Invalid Request",
      error: { code: 3200006, name: "invalid_http_request" },
    });
  });

  test.each(["/v1/net/connections/", "/v1/net/connections?a=1", "/v1/net/nothing", "/", "http://x/"])(
    "404: %s",
    (target) => {
      const response = ask(request(target));
      expect(response.status).toBe(404);
      expect(json(response)).toMatchObject({
        code: 404,
        message: "Not Found",
        error: { what: "unspecified", details: [{ message: "Unknown Endpoint" }] },
      });
    },
  );

  test.each([
    ["127.0.0.1:8888", true],
    ["127.0.0.1", true],
    ["127.0.0.1:1", true],
    ["[::ffff:127.0.0.1]:8888", true],
    ["localhost:8888", false],
    ["127.0.0.2:8888", false],
    ["", false],
    [undefined, false],
  ])("Host %s: %s", (host, allowed) => {
    const response = ask(request("/v1/chain/get_info", { headers: host === undefined ? {} : { host } }));
    expect(response.status).toBe(allowed ? 200 : 400);
    if (!allowed) {
      expect(json(response)).toEqual({
        code: 400,
        message: "Disallowed HTTP HOST header in the request",
        error: { code: 0, name: "", what: "", details: [] },
      });
    }
  });

  test("supported APIs are those of the listener", () => {
    const apis = (listener: typeof ask) => fields(json(listener(request("/v1/node/get_supported_apis")))).apis;
    expect(apis(ask)).toContain("/v1/prometheus/metrics");
    expect(apis(api)).not.toContain("/v1/prometheus/metrics");
    expect(apis(nodes.wire.metrics)).toEqual(["/v1/chain/get_info", "/v1/prometheus/metrics"]);
  });

  test("status finds a configured peer", () => {
    const [first] = rows(json(ask(request("/v1/net/connections"))));
    const status = (body: string) => ask(request("/v1/net/status", { method: "POST", body }));
    expect(json(status(JSON.stringify(first?.peer)))).toMatchObject({ peer: first?.peer });
    expect(json(status('"unknown:1"'))).toBeNull();
    expect(status("{").status).toBe(400);
  });

  test("OPTIONS", () => {
    expect(ask(request("/v1/net/connections", { method: "OPTIONS" }))).toMatchObject({ status: 200, body: "{}" });
  });
});
