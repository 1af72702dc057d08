import type { Failure } from "../../model/failure.ts";
import type { RpcResponse, SentLogin } from "../message.ts";

/** Explains a 401: whether the login is missing, of another scheme, wrong, or lost in a proxy. */
export function unauthorizedFailure(response: RpcResponse, call: string): Failure {
  const offered = offeredSchemes([response.headers["www-authenticate"] ?? []].flat());
  const { login, hasHeaders } = response.sent ?? { login: { kind: "none" }, hasHeaders: false };
  const { finding, advice } = explain(login, offered, hasHeaders);
  return { reason: "unauthorized", message: `${call}: expected HTTP 200, found 401: ${finding}`, advice };
}

type Explanation = { readonly finding: string; readonly advice: string };

/** The schemes that the exporter can answer, in the order in which it advises them. */
const SCHEMES = ["digest", "basic", "bearer"] as const;
type Scheme = (typeof SCHEMES)[number];

/** Schemes that are only named. A server chooses this text, so no other word of it is repeated. */
const OTHER_SCHEMES = ["Negotiate", "NTLM", "Hawk", "HOBA", "Mutual", "SCRAM-SHA-256", "AWS4-HMAC-SHA256", "DPoP"];

type Offered = { readonly known: readonly Scheme[]; readonly other: string | undefined };

/** A scheme is the first word of a header value, or follows a comma and has no `=`. */
function offeredSchemes(headerValues: readonly string[]): Offered {
  const text = headerValues.join(", ").replace(/"(?:\\.|[^"\\])*(?:"|\\?$)/gs, '""');
  const words = new Set(
    text.split(",").flatMap((part) => /^\s*([A-Za-z][\w-]*)(?:\s+[^\s=]|\s*$)/.exec(part)?.[1]?.toLowerCase() ?? []),
  );
  return {
    known: SCHEMES.filter((scheme) => words.has(scheme)),
    other: OTHER_SCHEMES.find((scheme) => words.has(scheme.toLowerCase())),
  };
}

function explain(login: SentLogin["login"], offered: Offered, hasHeaders: boolean): Explanation {
  const wanted = offered.known.filter((scheme) => scheme !== schemeOf(login));
  const isOffered = wanted.length < offered.known.length;
  if (login.kind === "cookie" && login.missing !== undefined) {
    return { finding: `the node wants a login, and the exporter ${login.missing}`, advice: NO_COOKIE };
  }
  if (login.kind === "digest") {
    if (login.state === "stale") return SPREAD;
    if (login.state === "refused") return refused(login, hasHeaders);
    if (isOffered && wanted.length === 0) return UNSUPPORTED_DIGEST;
    if (wanted.length > 0) return otherScheme(login, wanted, hasHeaders);
  }
  if (!isOffered && wanted.length > 0) return otherScheme(login, wanted, hasHeaders);
  if (!isOffered && offered.other !== undefined) return unsupported(offered.other);
  if (login.kind === "none" && !hasHeaders) return MISSING;
  return login.kind === "digest" ? noChallenge(hasHeaders) : refused(login, hasHeaders);
}

function schemeOf(login: SentLogin["login"]): Scheme | undefined {
  switch (login.kind) {
    case "none":
    case "header":
      return undefined;
    case "cookie":
      return "basic";
    default:
      return login.kind;
  }
}

/** Where the login is configured. */
function keyOf(login: SentLogin["login"]): string {
  if (login.kind === "basic" && login.isFromUrl) return "the login in the URL";
  return login.kind === "cookie" ? "auth.cookie_file" : `auth.${login.kind}`;
}

const HOW_TO: Readonly<Record<Scheme, string>> = {
  digest: "auth.digest with the user and password of its login (monerod: rpc-login)",
  basic: "auth.basic with its user and password, or auth.cookie_file",
  bearer: "auth.bearer with its token",
};

function otherScheme(login: SentLogin["login"], wanted: readonly Scheme[], hasHeaders: boolean): Explanation {
  const names = wanted.join(" or ");
  const keys = wanted.map((scheme) => HOW_TO[scheme]).join(", or ");
  if (login.kind === "none") {
    const also = hasHeaders ? ", as well as auth.headers" : "";
    return { finding: `the node wants a login (${names})`, advice: `set ${keys}${also}` };
  }
  if (login.kind === "header" && login.name !== "authorization") {
    return {
      finding: `the node wants a login (${names}) and not only the header of auth.header`,
      advice: `set ${keys}; the header then belongs in auth.headers`,
    };
  }
  return {
    finding: `the node wants ${names} authentication, and ${keyOf(login)} is another scheme`,
    advice: `set ${keys}, in place of ${keyOf(login)}`,
  };
}

function refused(login: SentLogin["login"], hasHeaders: boolean): Explanation {
  const also = hasHeaders && login.kind !== "none" ? "; and auth.headers" : "";
  return { finding: "the node refused these credentials", advice: `${CHECKS[login.kind](keyOf(login))}${also}` };
}

const CHECKS: Readonly<Record<SentLogin["login"]["kind"], (key: string) => string>> = {
  none: () => "check the names and values of auth.headers, and whether they have expired",
  header: (key) => `check the name and value of ${key}, and whether it has expired`,
  bearer: (key) => `check the token of ${key}, and whether it has expired`,
  cookie: (key) => `check that ${key} is the cookie of this node, which writes it at each start`,
  basic: (key) => `check the user and password of ${key}`,
  digest: (key) => `check the user and password of ${key}`,
};

const NO_COOKIE =
  "check the path of auth.cookie_file: the node writes .cookie into the folder of its data, or of its network in there, unless it " +
  "has a rpcpassword, which belongs in auth.basic";

const MISSING: Explanation = {
  finding: "the node wants credentials, and does not say which",
  advice: "check the auth block of this node: it may need basic, digest, bearer, cookie_file or headers",
};

function noChallenge(hasHeaders: boolean): Explanation {
  const gateway = "a gateway in front of the node may";
  return {
    finding: "the server does not say which login it wants, so auth.digest cannot answer",
    advice: hasHeaders
      ? `check auth.headers: ${gateway} refuse them, or want basic or bearer instead of digest`
      : `check auth: ${gateway} want basic, bearer or headers instead`,
  };
}

const UNSUPPORTED_DIGEST: Explanation = {
  finding: "the node wants a form of digest authentication that the exporter does not have",
  advice: "let it offer the algorithm SHA-256 or MD5 with qop=auth, or another login",
};

function unsupported(scheme: string): Explanation {
  return {
    finding: `the server wants ${scheme} authentication, which the exporter does not have`,
    advice: "check the auth block of this node, and let the server offer basic, digest or bearer",
  };
}

/** monerod knows a nonce on the connection only that it was made for (contrib/epee/src/http_auth.cpp). */
const SPREAD: Explanation = {
  finding: "the credentials are right, but a proxy spreads the login over several connections to the node",
  advice:
    "the proxy in front of the node must keep its connection (nginx: an upstream with keepalive, proxy_http_version 1.1, " +
    'proxy_set_header Connection ""), or ask the node directly',
};
