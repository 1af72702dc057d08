import { expect, test } from "vitest";
import { traceText } from "../../src/poll/trace-text.ts";
import type { RpcCall } from "../../src/rpc/client.ts";
import { failing, head, NOW, peers, report } from "./support.ts";

const CALL = { method: "POST", server: "http://192.0.2.10:18081" } as const;

test("a poll in words: how each part ended, then its requests as they were sent", () => {
  const calls: readonly RpcCall[] = [
    {
      ...CALL,
      name: "get_connections",
      startedMs: NOW + 12,
      milliseconds: 1503.6,
      outcome: { kind: "failed", reason: "timeout" },
    },
    {
      ...CALL,
      name: "get_info",
      startedMs: NOW,
      milliseconds: 11.7,
      outcome: { kind: "answered", status: 200, bytes: 1234 },
    },
  ];
  const given = report({ peers: failing("timeout"), head: head(7), parts: new Map([["bans", failing("http")]]) });
  expect(traceText(given, calls)).toMatchInlineSnapshot(`
    "peers: timeout: the call failed (timeout); change something
    head: good
    bans: http: the call failed (http); change something

    sent    took     result    size    request
    +0 ms   12 ms    HTTP 200  1234 B  POST get_info at http://192.0.2.10:18081
    +12 ms  1504 ms  timeout           POST get_connections at http://192.0.2.10:18081

    "
  `);
});

test("a poll without requests", () => {
  expect(traceText(report({ peers: peers() }), [])).toMatchInlineSnapshot(`
    "peers: good
    head: good

    sent  took  result  size  request

    "
  `);
});
