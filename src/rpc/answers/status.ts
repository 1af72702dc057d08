import type { Failure } from "../../model/failure.ts";
import { type RpcResponse, retryAfter } from "../message.ts";
import type { NodeUrl } from "../node-url.ts";
import { clientCertificateFailure } from "./client-certificate.ts";
import { explainBody, wordsIn } from "./explain.ts";
import { OF_GATEWAY } from "./meaning.ts";
import { proxyFailure } from "./proxies.ts";
import { unauthorizedFailure } from "./unauthorized.ts";

/** A chain's own explanation of an unsuccessful response; undefined for the general one. */
export type ExplainStatus = (response: RpcResponse, call: string) => Failure | undefined;

/** Why a response was unsuccessful: by what every server may say, by the chain, by its body, or else in general. */
export function explainWith(
  explain: ExplainStatus,
  { url }: { readonly url: NodeUrl },
  response: RpcResponse,
  call: string,
): Failure {
  const isPlain = url.protocol === "http:";
  const ofTls = isPlain ? plainHttpFailure(response, call) : clientCertificateFailure(response, call);
  const known = ofTls ?? proxyFailure(response, call) ?? explain(response, call) ?? explainBody(response, call);
  if (known !== undefined) return known;
  return statusFailure(response, call, isPlain);
}

const utf8 = new TextDecoder("utf-8");

/** Error pages are short. */
const READ_BYTES = 1024;

/**
 * What servers say to plain HTTP on a TLS port: 426 (RFC 9110 15.5.22; warp-tls, which chainweb-node uses), or 400 with such a text
 * (nginx, Go, Apache). undefined for any other response.
 */
function plainHttpFailure({ status, body }: RpcResponse, call: string): Failure | undefined {
  const isSaid = status === 400 && TLS_EXPECTED.test(utf8.decode(body.subarray(0, READ_BYTES)));
  if (status !== 426 && !isSaid) return undefined;
  const message = `${call}: expected HTTP 200, found ${status}, as the port expects TLS`;
  return { reason: "http", message, advice: "use https:// in the URL" };
}

const TLS_EXPECTED =
  /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled/i;

/**
 * The general explanation of an HTTP status, with what a gateway says itself in the JSON of its body.
 * @param isPlain whether the URL is http://
 */
export function statusFailure(response: RpcResponse, call: string, isPlain = true): Failure {
  const { status } = response;
  const words = status < 400 ? "" : wordsIn(response);
  if (status === 401) {
    const failure = unauthorizedFailure(response, call);
    return { ...failure, message: failure.message + words };
  }
  const meaning = meaningOf(status, isPlain);
  // A server may judge the client's certificate, or its absence, by its own rules (nginx: ssl_verify_client optional).
  const alsoOfTls = status === 403 && !isPlain ? ", and the client certificate (tls.cert_file) if it wants one" : "";
  const isOfGateway = words !== "" && (meaning === OTHER_STATUS || meaning === BAD_REQUEST);
  return {
    reason: meaning.reason,
    message: `${call}: expected HTTP 200, found ${status}${words}`,
    advice: isOfGateway ? OF_GATEWAY.advice : meaning.advice + alsoOfTls,
    ...(meaning.mayAskToWait ? retryAfter(response) : {}),
  };
}

function meaningOf(status: number, isPlain: boolean): StatusMeaning {
  if (status >= 300 && status < 400) return REDIRECT;
  return status === 400 && !isPlain ? OTHER_STATUS : (STATUSES[status] ?? OTHER_STATUS);
}

type StatusMeaning = Pick<Failure, "reason" | "advice"> & {
  /** Whether its Retry-After counts. */
  readonly mayAskToWait: boolean;
};

const REDIRECT: StatusMeaning = {
  reason: "http",
  advice: "redirects are not followed: set the URL of the node's API itself",
  mayAskToWait: false,
};

const BAD_GATEWAY: StatusMeaning = {
  reason: "http",
  advice: "a proxy in front of the node reports that the node does not respond: check the node",
  mayAskToWait: false,
};

/** nginx, Go and other servers respond so to plain HTTP on a TLS port. */
const BAD_REQUEST: StatusMeaning = {
  reason: "http",
  advice: "use https:// if the port expects TLS, otherwise see the node's own log",
  mayAskToWait: false,
};

const STATUSES: Readonly<Record<number, StatusMeaning>> = {
  400: BAD_REQUEST,
  402: {
    reason: "unauthorized",
    advice: "the server wants to be paid: check the token in the URL, auth, and the account at the gateway",
    mayAskToWait: false,
  },
  403: {
    reason: "unauthorized",
    advice: "the server refuses this user or address: check auth and its access list",
    mayAskToWait: false,
  },
  404: {
    reason: "not_found",
    advice: "check the port and the path of the URL (a hosted gateway: its token), and that the node is of this chain",
    mayAskToWait: false,
  },
  // RFC 9110 15.5.20; name-based proxies, and those that compare the Host header with the server name of TLS.
  421: {
    reason: "host_header",
    advice:
      "the server does not answer for the Host header of this URL: set host_header to the name that it serves, and with https " +
      "tls.server_name to the same name",
    mayAskToWait: false,
  },
  429: {
    reason: "rate_limited",
    advice: "poll less often (interval) or raise the server's limit",
    mayAskToWait: true,
  },
  502: BAD_GATEWAY,
  503: {
    reason: "http",
    advice:
      "the node, or a proxy in front of it, is overloaded, stopping or without a backend: check that the node runs, and see its log",
    mayAskToWait: true,
  },
  504: BAD_GATEWAY,
};

const OTHER_STATUS: StatusMeaning = {
  reason: "http",
  advice: "see the node's own log for this request",
  mayAskToWait: true,
};
