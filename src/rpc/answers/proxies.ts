import type { Failure } from "../../model/failure.ts";
import { firstHeader, type RpcResponse, retryAfter } from "../message.ts";
import type { Meaning } from "./meaning.ts";

/** What proxies in front of a node answer by themselves, which the node never does. */

/**
 * The statuses that Cloudflare has for itself; others use no status from 520 to 530 for anything but a failure of a server behind
 * them. https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const CLOUDFLARE: Readonly<Partial<Record<number, string>>> = {
  520: "the node's server sent an empty or unreadable answer, or closed the connection",
  521: "the node's server refused the connection: the node or its web server is down, or blocks Cloudflare's addresses",
  522: "the node's server did not accept a connection in time: it is down, or a firewall drops Cloudflare's packets",
  523: "the node's server is unreachable: check its address in the DNS records, and its route",
  524: "the node accepted the request and did not answer in time",
  525: "the TLS handshake between Cloudflare and the node's server failed: check TLS there",
  526: "the certificate of the node's server is not valid for Cloudflare (SSL mode Full, strict): renew it there",
  527: "the connection between Cloudflare and the node's server was interrupted",
};

const OTHER_CLOUDFLARE = "it cannot get an answer from the node's server";

/** 530 comes with an error of its own (cloudflare-1xxx-errors) in the body. */
const ERRORS_OF_530: Readonly<Partial<Record<number, string>>> = {
  1016: "the origin's name in its DNS records does not resolve: check the records of this host",
  1033: "the tunnel to the node is not connected: check that cloudflared runs on the node's machine",
};

/** Cloudflare's refusals, which have no other remedy than its own rules. */
const REFUSALS: Readonly<Partial<Record<number, string>>> = {
  1006: "bans this address",
  1007: "bans this address",
  1008: "bans this address",
  1009: "bans the country of this address",
  1010: "refuses this client by its signature (browser integrity check)",
  1012: "refuses this address",
  1020: "refuses this request by a firewall rule",
};

const ERROR_CODE = /\berror(?: code:?|:| )\s{0,4}(1\d{3})\b/i;

/** The largest part of a page that is looked at. */
const LOOKED_AT_BYTES = 2048;

/** The failure of a response that only a proxy sends; undefined for any other. */
export function proxyFailure(response: RpcResponse, call: string): Failure | undefined {
  const meaning = meaningOf(response);
  if (meaning === undefined) return undefined;
  const code = isCloudflare(response) ? errorCodeIn(response) : undefined;
  const found = code === undefined ? response.status : `${response.status} (error code ${code})`;
  const wait = MAY_ASK_TO_WAIT.has(response.status) ? retryAfter(response) : {};
  return { ...meaning, message: `${call}: expected HTTP 200, found ${found}`, ...wait };
}

const MAY_ASK_TO_WAIT: ReadonlySet<number> = new Set([429, 503]);

function meaningOf(response: RpcResponse): Meaning | undefined {
  const { status } = response;
  if (firstHeader(response, "cf-mitigated") === "challenge") return CHALLENGE;
  if (status === 530) return unreachable("Cloudflare", ERRORS_OF_530[errorCodeIn(response) ?? 0] ?? OTHER_CLOUDFLARE);
  if (status >= 520 && status < 530) return unreachable("Cloudflare", CLOUDFLARE[status] ?? OTHER_CLOUDFLARE);
  if (status === 403 && isCloudflare(response)) return refusal(errorCodeIn(response));
  if (firstHeader(response, "ngrok-error-code") !== undefined) return NGROK;
  return OTHERS[status] ?? (status === 503 && NO_BACKEND.test(startOf(response)) ? NO_SERVER : undefined);
}

function unreachable(proxy: string, why: string): Meaning {
  return { reason: "http", advice: `${proxy} in front of the node reports: ${why}` };
}

/** A page that only a browser can pass (developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response). */
const CHALLENGE: Meaning = {
  reason: "unauthorized",
  advice:
    "Cloudflare wants a browser to solve a challenge, which a program cannot: let this address or path skip it (a WAF rule with " +
    "the action Skip), or use Cloudflare Access with a service token (auth.headers: CF-Access-Client-Id, CF-Access-Client-Secret)",
};

function refusal(code: number | undefined): Meaning | undefined {
  const how = REFUSALS[code ?? 0];
  if (how === undefined) return undefined;
  return { reason: "unauthorized", advice: `Cloudflare ${how}: allow this exporter's address there` };
}

const NGROK: Meaning = {
  reason: "http",
  advice:
    "ngrok answers in place of the node: check that the tunnel's agent runs, that it reaches the node, and its limits",
};

const OTHERS: Readonly<Partial<Record<number, Meaning>>> = {
  // Elastic Load Balancing (load-balancer-troubleshooting.html): these come from the load balancer alone.
  463: unreachable("a load balancer", "X-Forwarded-For has too many addresses: too many proxies follow each other"),
  464: unreachable("a load balancer", "it wants another version of HTTP than 1.1: set its target group to HTTP/1.1"),
  561: {
    reason: "unauthorized",
    advice: "a load balancer in front of the node could not check the login: see its rules",
  },
  // Of no standard; several proxies send them for timeouts towards the server.
  598: unreachable("a proxy", "the node did not answer in time"),
  599: unreachable("a proxy", "it got no connection to the node in time"),
};

/** Envoy and Istio; HAProxy; Traefik; Kubernetes' API server and ingress. */
const NO_BACKEND =
  /no healthy upstream|upstream connect error|no server is available to handle|no available server|no endpoints available/i;

const NO_SERVER: Meaning = {
  reason: "http",
  advice: "a proxy in front of the node has no server to pass the request to: check that the node runs and is ready",
};

function isCloudflare(response: RpcResponse): boolean {
  const isNamed = firstHeader(response, "server")?.toLowerCase() === "cloudflare";
  return isNamed || firstHeader(response, "cf-ray") !== undefined || response.status === 530;
}

function errorCodeIn(response: RpcResponse): number | undefined {
  const [, code] = ERROR_CODE.exec(startOf(response)) ?? [];
  return code === undefined ? undefined : Number(code);
}

function startOf({ body }: RpcResponse): string {
  return Buffer.from(body.subarray(0, LOOKED_AT_BYTES)).toString("latin1");
}
