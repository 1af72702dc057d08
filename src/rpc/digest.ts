import { createHash, randomBytes } from "node:crypto";

/**
 * HTTP digest authentication (RFC 7616, qop=auth) as monerod requires it: contrib/epee/src/http_auth.cpp of
 * monero-project/monero v0.18. A nonce belongs to one TCP connection of the server, so the credentials must be sent over the
 * challenged socket, and `nc` must count the requests on it.
 */

/** Strongest first; monerod offers MD5 and MD5-sess. */
const ALGORITHMS = ["SHA-256", "MD5", "SHA-256-SESS", "MD5-SESS"];

type Challenge = ReadonlyMap<string, string>;

/** All Digest challenges of WWW-Authenticate header values, as maps of lower-case parameter names. */
export function parseChallenges(headerValues: readonly string[]): readonly Challenge[] {
  const challenges: Map<string, string>[] = [];
  // The lookbehind matches a word from its first letter only: otherwise a long one would take the square of its length.
  const token = /(?<![\w-])([A-Za-z][\w-]*)(?:\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]+))|(?=\s|,|$))/g;
  for (const [, word = "", quoted, bare] of headerValues.join(", ").matchAll(token)) {
    if (quoted === undefined && bare === undefined) challenges.push(new Map([["scheme", word.toLowerCase()]]));
    else challenges.at(-1)?.set(word.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "");
  }
  return challenges.filter((challenge) => challenge.get("scheme") === "digest");
}

/** The strongest challenge that this program can answer. */
export function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  return challenges
    .filter((challenge) => rank(challenge) >= 0 && challenge.has("nonce"))
    .filter((challenge) => (challenge.get("qop") ?? "").split(",").some((one) => one.trim() === "auth"))
    .sort((a, b) => rank(a) - rank(b))[0];
}

function rank(challenge: Challenge): number {
  return ALGORITHMS.indexOf((challenge.get("algorithm") ?? "MD5").toUpperCase());
}

type DigestCredentials = {
  readonly username: string;
  readonly password: string;
  readonly method: string;
  /** The exact path and query of the request: newer servers compare it with the request target. */
  readonly uri: string;
  /** How many requests were authorized with this nonce, including this one. */
  readonly count: number;
  readonly cnonce: string;
};

/** The Authorization header for a challenge. */
export function digestAuthorization(challenge: Challenge, credentials: DigestCredentials): string {
  const algorithm = challenge.get("algorithm") ?? "MD5";
  const realm = challenge.get("realm") ?? "";
  const nonce = challenge.get("nonce") ?? "";
  const { username, password, method, uri, cnonce } = credentials;
  const name = algorithm.toUpperCase();
  const hash = (text: string) =>
    createHash(name.startsWith("SHA-256") ? "sha256" : "md5")
      .update(text)
      .digest("hex");
  // Hexadecimal: a decimal counter would fail at the tenth request.
  const nc = credentials.count.toString(16).padStart(8, "0");
  const secret = hash(`${username}:${realm}:${password}`);
  const ha1 = name.endsWith("-SESS") ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const response = hash(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${hash(`${method}:${uri}`)}`);
  const opaque = challenge.get("opaque");
  return [
    `Digest username=${quote(username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `algorithm=${algorithm}`,
    "qop=auth",
    `nc=${nc}`,
    `cnonce=${quote(cnonce)}`,
    `response=${quote(response)}`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ].join(", ");
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The digest state of one connection: the current challenge and the number of its requests. */
type DigestSession = {
  /** Stores the strongest challenge of a 401. */
  accept(headerValues: readonly string[]): DigestChallenge;
  /** The Authorization header for the next request; undefined before the first challenge. */
  authorize(request: { username: string; password: string; method: string; uri: string }): string | undefined;
};

/**
 * `none`: the 401 has no challenge that can be answered. `stale`: the answer was right, only its nonce is not known any more
 * (RFC 7616 3.3). monerod says so of right credentials on another socket, and `fresh` of wrong ones on any (0.18.0.0).
 */
type DigestChallenge = "none" | "fresh" | "stale";

export function createDigestSession(): DigestSession {
  let challenge: Challenge | undefined;
  let count = 0;
  return {
    accept(headerValues) {
      challenge = chooseChallenge(parseChallenges(headerValues));
      count = 0;
      if (challenge === undefined) return "none";
      return challenge.get("stale")?.toLowerCase() === "true" ? "stale" : "fresh";
    },
    authorize(request) {
      if (challenge === undefined) return undefined;
      count += 1;
      return digestAuthorization(challenge, { ...request, count, cnonce: randomBytes(16).toString("base64") });
    },
  };
}
