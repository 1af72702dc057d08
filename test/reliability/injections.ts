import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { daemon, METHOD_NOT_FOUND, rpc } from "../chains/monero/daemon.ts";
import { fixtureResult } from "../chains/support.ts";
import { type Answer, type Handler, json, type OnSocket } from "../support/fake-node.ts";
import { answerBytes, closeWithoutAByte, drip, hang, stalledBody, truncatedBody } from "../support/faults.ts";
import type { Fault } from "./faulty-node.ts";
import { answer, each, type Injection, one, socket } from "./injection.ts";
import { type Chain, WELL } from "./well-nodes.ts";

const html = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Fault =>
  answer({ status, headers: { "content-type": "text/html", ...headers }, body: `<html><h1>${text}</h1></html>` });

/** The well node's answers, changed. */
const changed =
  (chain: Chain, change: (answer: Answer) => Answer): Handler =>
  async (request) =>
    change(await WELL[chain](request));

const cutShort = (given: Answer): Answer => ({ ...given, body: String(given.body).slice(0, -20) });

/** Breaks off in the middle of the first header. */
const resetInHeaders: OnSocket = (connection) => {
  connection.once("data", () => connection.write("HTTP/1.1 200 OK\r\nContent-Ty", () => connection.resetAndDestroy()));
};

const resetInBody: OnSocket = (connection) => {
  const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
  connection.once("data", () => connection.write(`${head}[{"peer":`, () => connection.resetAndDestroy()));
};

/** What http_plugin answers when something is wrong. */
function nodeosError(status: number, message: string, error: object = {}): Fault {
  return answer(json({ code: status, message, error: { code: 0, name: "", what: "", details: [], ...error } }, status));
}

const rpcError = (code: number, message: string): Answer => json({ error: { code, message }, id: "0", jsonrpc: "2.0" });

const ownName = createSelfSignedCertificate({ commonName: "node", altNames: ["127.0.0.1"] });
const otherName = createSelfSignedCertificate({ commonName: "other", altNames: ["node.example"] });
const expired = createSelfSignedCertificate({
  commonName: "expired",
  altNames: ["127.0.0.1"],
  notBefore: new Date("2020-01-01T00:00:00Z"),
  notAfter: new Date("2021-01-01T00:00:00Z"),
});

/** Certificates that the exporter must take for authorities, so that only what is meant is wrong with them. */
export const AUTHORITIES = [ownName, otherName, expired].map(({ cert }) => cert).join("");

const pinned = { tls: ownName, settings: { tls: { pin: ownName.peerId } } };
/** The file is made by the test. */
const byAuthority = { tls: ownName, settings: { tls: { ca_file: "AUTHORITIES" } } };

/** So that a fault which ends with the timeout ends soon. */
const IMPATIENT = { timeout: "5s" };
/** Pauses are counted in turns of the schedule. */
const SCHEDULED = { interval: "8s", timeout: "8s" };

const DIGEST = 'Digest qop="auth",algorithm=MD5,realm="monero-rpc",nonce="kZtsMBQoiqv1k6o7DLmezg==",stale=false';
const BUSY_BYTES = { code: 503, name: "Busy", what: "Too many requests in flight: 200" };

/** It has the cut, but no peers. */
const asServiceApi: Handler = async (request) => {
  const given = request.url.includes("/cut/peer") ? { status: 404 } : await WELL.chainweb(request);
  return { ...given, headers: { ...given.headers, server: "Chainweb Service API" } };
};

export const INJECTIONS: readonly Injection[] = [
  ...each("refused", "refuse"),
  ...each("closedAtOnce", socket(closeWithoutAByte)),
  ...each("resetInHeaders", socket(resetInHeaders)),
  ...each("resetInBody", socket(resetInBody)),
  ...each("cutOff", socket(truncatedBody("[{}"))),
  ...each("notHttp", socket(answerBytes("SSH-2.0-OpenSSH_9.2\r\n"))),

  ...each(
    "contentType",
    (chain) => ({
      answer: changed(chain, (given) => ({ ...given, headers: { ...given.headers, "content-type": "text/html" } })),
    }),
    { left: "all" },
  ),
  ...each("loginPage", html(200, "Please log in")),
  ...each("emptyBody", answer({ body: "" })),
  ...each("truncatedJson", (chain) => ({ answer: changed(chain, cutShort) })),
  ...each("otherJson", answer(json({ hello: "world" }))),

  ...each("redirect", (chain) => answer({ status: chain === "wire" ? 301 : 302, headers: { location: "/elsewhere" } })),
  one("hostHeader", "wire", nodeosError(400, "Disallowed HTTP HOST header in the request")),
  one("hostHeader", "wire", answer({ status: 400 })),
  one("invalidRequest", "wire", nodeosError(400, "Invalid Request", { code: 3_200_006, name: "invalid_http_request" })),
  one("status400", "wire", html(400, "Bad Request")),
  one("status400", "monero", answer({ status: 400 })),
  one(
    "status400",
    "chainweb",
    answer({ status: 400, body: "Error parsing query parameter limit failed: could not parse" }),
  ),
  ...each("status401", answer({ status: 401 })),
  ...each("digestWanted", answer({ status: 401, headers: { "WWW-authenticate": [DIGEST] } })),
  ...each("basicWanted", answer({ status: 401, headers: { "www-authenticate": 'Basic realm="nodes"' } })),
  ...each("status403", html(403, "Forbidden")),
  one(
    "pluginMissing",
    "wire",
    nodeosError(404, "Not Found", { what: "unspecified", details: [{ message: "Unknown Endpoint" }] }),
  ),
  one("status404", "wire", html(404, "Not Found")),
  one("status404", "monero", answer({ status: 404 })),
  one("chainwebStatus404", "chainweb", html(404, "Not Found")),
  one("serviceApi", "chainweb", { answer: asServiceApi }, { left: "head" }),
  one("networkName", "chainweb", answer({ status: 404, headers: { server: "Chainweb P2P API" } })),
  one("retryAfter", "wire", html(429, "Too Many Requests", { "retry-after": "3" })),
  one("retryAfter", "monero", answer({ status: 429, headers: { "retry-after": "3" } })),
  one(
    "retryAfter",
    "chainweb",
    answer({ ...json({ message: "Too many requests." }, 429), headers: { "retry-after": "3" } }),
  ),
  ...[429, 503].map((status) => one("nodeosBusy", "wire", nodeosError(status, "Busy", BUSY_BYTES))),
  one("nodeosInternal", "wire", nodeosError(500, "Internal Service Error", { code: 3_040_000 })),
  one("nodeosInternal", "wire", answer(json({ message: "Internal Server Error" }, 500))),
  ...each("status500", html(500, "Internal Server Error")),
  ...each("status502", html(502, "Bad Gateway")),
  ...each("status503", html(503, "Service Unavailable")),
  ...each("status504", html(504, "Gateway Timeout")),
  one("cloudflare", "wire", html(521, "Web server is down", { server: "cloudflare" })),
  one("cloudflare", "monero", html(530, "error code: 1033", { server: "cloudflare" })),

  one(
    "headFails",
    "wire",
    { answer: (call) => (call.url.includes("net") ? WELL.wire(call) : { status: 500 }) },
    { left: "peers" },
  ),
  one(
    "starting",
    "chainweb",
    {
      answer: (call) =>
        call.url.includes("/peer") ? WELL.chainweb(call) : { status: 404, headers: { server: "Chainweb P2P API" } },
    },
    { left: "peers" },
  ),
  one("otherCut", "chainweb", {
    answer: changed("chainweb", (given) => ({ ...given, body: String(given.body).replace("mainnet01", "testnet04") })),
  }),

  one(
    "restricted",
    "monero",
    { answer: daemon({ get_info: rpc(fixtureResult("monero/get_info.restricted.json")) }) },
    { left: "head" },
  ),
  one("methodHidden", "monero", { answer: daemon({ get_connections: METHOD_NOT_FOUND }) }, { left: "head" }),
  one("coreBusy", "monero", answer(rpcError(-9, "Core is busy"))),
  one("statusBusy", "monero", answer(rpc({ status: "BUSY", height: 0 }))),
  one("payment", "monero", answer(rpc({ status: "PAYMENT REQUIRED" }))),
  one("statusFailed", "monero", answer(rpc({ status: "Failed" }))),
  one("rpcRequest", "monero", answer(rpcError(-32600, "Invalid Request"))),
  one("rpcRequest", "monero", answer(rpcError(-32700, "Parse error"))),
  one("rpcError", "monero", answer(rpcError(-5, "Internal error"))),
  one("gatewayParameters", "monero", answer(rpcError(-32602, "Invalid params"))),
  one("gatewayKey", "monero", answer({ body: JSON.stringify({ jsonrpc: "2.0", id: "0", error: "Unknown API key" }) })),

  ...each("certificateExpired", { certificate: expired }, byAuthority),
  ...each("certificateName", { certificate: otherName }, byAuthority),
  ...each(
    "certificateUnknown",
    { certificate: createSelfSignedCertificate({ commonName: "stranger", altNames: ["127.0.0.1"] }) },
    byAuthority,
  ),
  one("certificateWanted", "monero", html(400, "400 No required SSL certificate was sent"), pinned),
  ...each("certificatePin", { certificate: otherName }, pinned),
  ...each("plainPort", socket(answerBytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")), pinned),
];

/**
 * Those with timeouts of seconds, as the fault itself ends with the timeout or with a turn of the schedule. They have a test
 * of their own: beside some hundred others the well nodes would be too slow for them on a busy machine.
 */
export const TIMED: readonly Injection[] = [
  ...each("hang", socket(hang), { settings: IMPATIENT }),
  ...each("stalledBody", socket(stalledBody("[")), { settings: IMPATIENT }),
  ...each("drip", socket(drip('{"items":[]}')), { settings: IMPATIENT }),
  ...each("handshakeHang", socket(hang), { tls: ownName, settings: { ...pinned.settings, ...IMPATIENT } }),
  one("status429", "monero", html(429, "Too Many Requests"), { settings: SCHEDULED }),
  one("status429", "chainweb", answer(json({ message: "Too many requests." }, 429)), { settings: SCHEDULED }),
  one("gatewayQuota", "monero", answer(rpcError(-32005, "daily request count exceeded")), { settings: SCHEDULED }),
  one("gatewayQuota", "monero", answer(rpcError(-32007, "request limit reached")), { settings: SCHEDULED }),
];
