import { describe, expect, test } from "vitest";
import { callRpc } from "../../../src/chains/bitcoin/calls.ts";
import type { ChainName } from "../../../src/chains/index.ts";
import { type Failure, type FailureReason, NodeError } from "../../../src/model/failure.ts";
import { createRpcClient } from "../../../src/rpc/client.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { openInMemory, poll, serve } from "../sessions.ts";
import { failureIn, jsonReply, memoryClient, type Reply } from "../support.ts";

const URL_OF_NODE = "http://127.0.0.1:8332";

/** How a call with this answer fails. */
async function failureOf(reply: Reply, { method = "getpeerinfo", url = URL_OF_NODE } = {}): Promise<Failure> {
  const { signal } = new AbortController();
  const error: unknown = await callRpc(
    memoryClient(() => reply, url),
    method,
    { signal },
  ).catch((thrown) => thrown);
  if (!(error instanceof NodeError)) throw new Error("expected a NodeError");
  return error.failure;
}

const page = (status: number, body: string): Reply => ({
  status,
  body,
  headers: { "content-type": "text/html; charset=ISO-8859-1" },
});

/** An answer in the shape of 1.0, and of 2.0, which leaves out what is null. */
const error = (code: number, message: string, id: unknown = "0") => ({ result: null, error: { code, message }, id });
const error2 = (code: number, message: string) => ({ jsonrpc: "2.0", error: { code, message }, id: "0" });

const HELP = `getpeerinfo\n\nReturns data about each connected network node as a json array of objects.\n${"\nResult: x".repeat(650)}`;

/** name; answer; method; reason, message after "METHOD at URL: expected ", advice. */
const ERRORS: readonly (readonly [string, Reply, string, FailureReason, RegExp, RegExp])[] = [
  [
    "no login",
    { status: 401, headers: { "www-authenticate": 'Basic realm="jsonrpc"' } },
    "getpeerinfo",
    "unauthorized",
    /^HTTP 200, found 401: the node wants a login \(basic\)$/,
    /^set auth\.basic with its user and password, or auth\.cookie_file$/,
  ],
  [
    "no right to the method, or to call at all",
    { status: 403 },
    "getchaintips",
    "unauthorized",
    /^HTTP 200, found 403: the node refuses this method to this user, or this machine$/,
    /^add getchaintips to rpcwhitelist of this user \(.*rpcwhitelistdefault=0\), or this machine to rpcallowip, and restart the node$/,
  ],
  [
    "GET of another program in between",
    page(405, "JSONRPC server handles only POST requests"),
    "getpeerinfo",
    "http",
    /^HTTP 200, found 405$/,
    /takes no POST here: check that the URL is the RPC of the node, and that chain is the one/,
  ],
  ["another path", { status: 404 }, "getpeerinfo", "not_found", /^HTTP 200, found 404$/, /at the path \/ .*\/wallet/],
  [
    "a start",
    jsonReply(error(-28, "Loading block index..."), 500),
    "getpeerinfo",
    "busy",
    /^HTTP 200, found a node that is starting "Loading block index\.\.\."$/,
    /^it answers when it has loaded and verified its blocks: see its log/,
  ],
  [
    "a start, of 2.0",
    jsonReply(error2(-28, "Verifying blocks\u2026")),
    "getpeerinfo",
    "busy",
    /^a result, found a node that is starting "Verifying blocks\u2026"$/,
    /see its log for the progress$/,
  ],
  ...[500, 503].map(
    (status) =>
      [
        `a full queue with ${status}`,
        page(status, "Work queue depth exceeded"),
        "getpeerinfo",
        "busy",
        new RegExp(`^HTTP 200, found ${status}: Work queue depth exceeded$`),
        /raise rpcworkqueue and rpcthreads/,
      ] as const,
  ),
  [
    "too many clients of btcd",
    { status: 503, body: "503 Too busy.  Try again later.\n" },
    "getpeerinfo",
    "busy",
    /^HTTP 200, found 503: 503 Too busy$/,
    /rpcmaxclients/,
  ],
  [
    "a method that an old node does not have",
    jsonReply(error(-32601, "Method not found"), 404),
    "getaddrmaninfo",
    "unavailable",
    /^HTTP 200, found 404 "Method not found"$/,
    /too old for it, or other software$/,
  ],
  [
    "the same with 200, of btcd and 2.0",
    jsonReply(error2(-32601, "Method not found")),
    "getaddrmaninfo",
    "unavailable",
    /^a result, found JSON-RPC error -32601 "Method not found"$/,
    /too old for it, or other software$/,
  ],
  [
    "wrong parameters, with pages of help",
    jsonReply(error(-1, HELP), 500),
    "getpeerinfo",
    "rpc",
    /^HTTP 200, found 500 "getpeerinfo Returns data about .{50,90} \u2026"$/,
    /^see the node's log for this call$/,
  ],
  [
    "a height that the node does not have",
    jsonReply(error(-8, "Block height out of range"), 500),
    "getblockhash",
    "rpc",
    /^HTTP 200, found 500 "Block height out of range"$/,
    /the node's log/,
  ],
  [
    "a request without a method",
    jsonReply(error(-32600, "Missing method"), 400),
    "getpeerinfo",
    "rpc",
    /^HTTP 200, found 400 "Missing method"$/,
    /check proxies that change it; check that the URL .*chain/,
  ],
  [
    "a request that is no JSON",
    jsonReply(error(-32700, "Parse error", null), 500),
    "getpeerinfo",
    "rpc",
    /^HTTP 200, found 500 "Parse error"$/,
    /incomplete or changed/,
  ],
  [
    "no peer-to-peer part",
    jsonReply(error(-31, "Error: Peer-to-peer functionality missing or disabled"), 500),
    "getpeerinfo",
    "unavailable",
    /found 500 "Error: Peer-to-peer functionality missing or disabled"$/,
    /without its peer-to-peer part/,
  ],
  [
    "btcd's limited user",
    jsonReply({
      jsonrpc: "1.0",
      ...error(-32603, "limited user not authorized for this method"),
    }),
    "getpeerinfo",
    "unauthorized",
    /^a result, found JSON-RPC error -32603 "limited user not authorized for this method"$/,
    /rpclimituser: set auth\.basic to its rpcuser$/,
  ],
  [
    "what btcd knows and does not offer",
    jsonReply({ jsonrpc: "1.0", ...error(-1, "Command unimplemented") }),
    "getnetworkinfo",
    "unavailable",
    /^a result, found JSON-RPC error -1 "Command unimplemented"$/,
    /does not offer this method/,
  ],
  ...[
    jsonReply(error(-32602, "wrong number of params (expected between 1 and 2, received 0)")),
    jsonReply(error(-1, 'getaddednodeinfo dns ( "node" )\n\nReturns information'), 500),
  ].map(
    (reply) =>
      [
        `a parameter of old versions, with ${reply.status}: it was a failure of btcd`,
        reply,
        "getaddednodeinfo",
        "unavailable",
        / "(?:wrong number of params|getaddednodeinfo dns) /,
        /wants a parameter of old versions/,
      ] as const,
  ),
  [
    "plain HTTP to btcd's port with TLS",
    { status: 400, body: "Client sent an HTTP request to an HTTPS server.\n" },
    "getpeerinfo",
    "http",
    /^HTTP 200, found 400, as the port expects TLS$/,
    /^use https:\/\/ in the URL$/,
  ],
  ["no body", { status: 204 }, "getpeerinfo", "bad_json", /^JSON, found an empty body$/, /the URL is the node's API/],
  [
    "neither a result nor an error",
    jsonReply({ result: null, error: null, id: "0" }),
    "getpeerinfo",
    "bad_shape",
    /^a JSON-RPC result$/,
    /that chain is the one/,
  ],
  [
    "a list in place of the envelope",
    jsonReply([{ result: [], error: null, id: "0" }]),
    "getpeerinfo",
    "bad_shape",
    /^a JSON-RPC object$/,
    /that chain is the one/,
  ],
];

describe("an answer that is", () => {
  test.each(ERRORS)("%s", async (_, reply, method, reason, message, advice) => {
    const failure = await failureOf(reply, { method });
    const start = `${method} at ${URL_OF_NODE}: expected `;
    expect(failure.message.startsWith(start)).toBe(true);
    expect(failure.message.slice(start.length)).toMatch(message);
    expect(failure.advice).toMatch(advice);
    expect(failure.reason).toBe(reason);
    expect(Object.keys(failure).toSorted()).toEqual(
      ["advice", ...(failure.isStarting ? ["isStarting"] : []), "message", "reason"].toSorted(),
    );
    expect(failure.isStarting).toBe(reason === "busy" && failure.message.includes("starting") ? true : undefined);
  });

  test("a code of a start in the text of another error is none", async () => {
    const failure = await failureOf(jsonReply(error(-5, 'see {"code": -28}'), 500));
    expect(failure).toMatchObject({ reason: "rpc" });
    expect(failure.isStarting).toBeUndefined();
  });
});

/** Answers of other servers to a call of this family. */
const OTHERS: readonly (readonly [string, Reply, FailureReason])[] = [
  ["monerod", page(404, "<html><head><title>Not Found</title></head><body></body></html>"), "not_found"],
  [
    "nodeos",
    jsonReply(
      { code: 404, message: "Not Found", error: { code: 0, name: "exception", what: "unspecified", details: [] } },
      404,
    ),
    "not_found",
  ],
  ["chainweb-node", { status: 404 }, "not_found"],
  ["a web server", page(405, "<html><h1>405 Not Allowed</h1></html>"), "http"],
  [
    "an Ethereum node",
    jsonReply(error2(-32601, "the method getpeerinfo does not exist/is not available")),
    "unavailable",
  ],
];

test.each(OTHERS)("%s in place of the node: the advice is to check the chain", async (_, reply, reason) => {
  const failure = await failureOf(reply);
  expect(failure).toMatchObject({ reason, advice: expect.stringMatching(/that chain is the one (?:that|of)/) });
  expect(failure.advice).not.toContain("too old");
});

test("a web page with 200 is no JSON", async () => {
  const failure = await failureOf(page(200, "<!doctype html><title>Login</title>"));
  expect(failure).toMatchObject({ reason: "bad_json", message: expect.stringContaining("an HTML or XML page") });
});

/** A node of the family to calls of others: their paths are 404 without a body; without a path it takes no GET. */
test.each<[ChainName]>([["wire"], ["monero"], ["chainweb"]])("a bitcoind tried as %s", async (chain) => {
  const report = await poll(openInMemory(chain, () => ({ status: 404 })));
  for (const outcome of [report.peers, report.head]) {
    expect(failureIn(outcome)).toMatchObject({ reason: "not_found", advice: expect.stringMatching(/chain|P2P API/) });
  }
});

test("secrets of the URL and the request are not repeated", async () => {
  const url = "http://gateway.example/c4nary-token/";
  for (const reply of [
    { status: 403 },
    { status: 404 },
    jsonReply(error(-32600, "no key c4nary12345678"), 400),
    jsonReply(error(-28, "wallet c4nary12345678"), 500),
  ]) {
    expect(JSON.stringify(await failureOf(reply, { url }))).not.toContain("c4nary");
  }
});

test("a connection that is closed without a byte may be a refused login: zebrad says no more", async () => {
  const node = await serve(() => ({ body: (response) => response.destroy() }));
  const client = createRpcClient({ url: parseNodeUrl(node.url), tls: { kind: "ca" }, connectTimeoutMs: 5000 });
  const { signal } = new AbortController();
  const thrown: unknown = await callRpc(client, "getpeerinfo", { signal }).catch((caught) => caught);
  await client.close();
  if (!(thrown instanceof NodeError)) throw new Error("expected a NodeError");
  expect(thrown.failure).toMatchObject({ reason: "connect", advice: expect.stringContaining("zebrad") });
});
