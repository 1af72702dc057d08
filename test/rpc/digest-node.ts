import { createHash, randomBytes } from "node:crypto";
import { type Answer, type FakeNode, json, type ReceivedRequest } from "../support/fake-node.ts";
import { fakeNode } from "./support.ts";

/** The rules of monerod's --rpc-login (contrib/epee/src/http_auth.cpp), where they leave room on the strict side. */

/** 98 bytes, as monerod sends it. */
const HTML = "<html><head><title>Unauthorized Access</title></head><body><h1>401 Unauthorized</h1></body></html>";

export type DigestNode = FakeNode & {
  /** The `nc` of every answered request, in order. */
  readonly counts: readonly string[];
  readonly algorithms: readonly string[];
  /** Status of every request, in order. */
  readonly statuses: readonly number[];
};

export type DigestNodeOptions = {
  readonly username: string;
  readonly password: string;
  readonly algorithms?: readonly string[];
  /** How often a nonce may be used; without it, as long as the connection stands. */
  readonly usesPerNonce?: number;
  /** Says which requests, counted from 1, a proxy sends over a connection that no other request has. */
  readonly spreads?: (request: number) => boolean;
  /** Says after which requests the server hangs up. */
  readonly closesAfter?: (request: ReceivedRequest) => boolean;
};

export type DigestRules = {
  /** The 401 for a request that may not pass; undefined for one that may. */
  readonly refusal: (request: ReceivedRequest) => Answer | undefined;
  readonly counts: readonly string[];
  readonly algorithms: readonly string[];
};

export function digestRules(options: DigestNodeOptions): DigestRules {
  const { username, password, algorithms = ["MD5", "MD5-sess"], usesPerNonce = Number.POSITIVE_INFINITY } = options;
  const nonces = new Map<number, { readonly nonce: string; count: number }>();
  const counts: string[] = [];
  const used: string[] = [];
  const { spreads = () => false } = options;
  let requests = 0;

  /** Undefined for a request that may pass; else whether its nonce is one of another connection. */
  function refuses(request: ReceivedRequest): { readonly stale: boolean } | undefined {
    const given = readAuthorization(request.headers.authorization);
    requests += 1;
    const session = spreads(requests) ? undefined : nonces.get(request.socketId);
    if (given === undefined) return { stale: false };
    const expected = responseFor(given, request.method, password);
    // A wrong password is never stale, whichever the connection.
    if (given.username !== username || given.response !== expected) return { stale: false };
    if (session === undefined || session.nonce !== given.nonce || session.count >= usesPerNonce) return { stale: true };
    const nc = (session.count + 1).toString(16).padStart(8, "0");
    const isRight =
      given.username === username &&
      given.realm === "monero-rpc" &&
      given.uri === request.url &&
      given.qop === "auth" &&
      given.nc === nc &&
      algorithms.includes(given.algorithm ?? "") &&
      given.response === expected;
    if (!isRight) return { stale: false };
    session.count += 1;
    counts.push(nc);
    used.push(given.algorithm ?? "");
    return undefined;
  }

  function refusal(request: ReceivedRequest): Answer | undefined {
    const refused = refuses(request);
    if (refused === undefined) return undefined;
    // Each refusal makes a new nonce for this connection.
    const nonce = randomBytes(16).toString("base64");
    nonces.set(request.socketId, { nonce, count: 0 });
    const challenges = algorithms.map(
      (name) => `Digest qop="auth",algorithm=${name},realm="monero-rpc",nonce="${nonce}",stale=${refused.stale}`,
    );
    return { status: 401, headers: { "WWW-authenticate": challenges, "content-type": "text/html" }, body: HTML };
  }

  return { refusal, counts, algorithms: used };
}

export async function digestNode(options: DigestNodeOptions): Promise<DigestNode> {
  const { closesAfter = () => false } = options;
  const { refusal, counts, algorithms } = digestRules(options);
  const statuses: number[] = [];
  const node = await fakeNode((request): Answer => {
    const refused = refusal(request);
    statuses.push(refused?.status ?? 200);
    const answer = refused ?? json({ result: { status: "OK" } });
    return closesAfter(request) ? { ...answer, headers: { ...answer.headers, connection: "close" } } : answer;
  });
  return { ...node, counts, algorithms, statuses };
}

const QUOTED = ["username", "realm", "nonce", "uri", "cnonce", "response", "opaque"];
const BARE = ["algorithm", "qop", "nc"];

/** Reads an Authorization header by its grammar; undefined for anything that is not a digest. */
export function readAuthorization(header: string | undefined): Readonly<Record<string, string>> | undefined {
  if (header === undefined || !header.startsWith("Digest ")) return undefined;
  // Node gives header bytes as latin1; names and passwords are UTF-8.
  const text = Buffer.from(header.slice("Digest ".length), "latin1").toString("utf8");
  const parameter = /([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))(?:, |$)/suy;
  const found: Record<string, string> = {};
  while (parameter.lastIndex < text.length) {
    const [, name = "", quoted, bare] = parameter.exec(text) ?? [];
    const value = quoted?.replace(/\\(.)/gsu, "$1") ?? bare;
    if (value === undefined || name in found) return undefined;
    if (!(quoted === undefined ? BARE : QUOTED).includes(name)) return undefined;
    found[name] = value;
  }
  return found;
}

/** RFC 7616, 3.4.1, written down once more: the tests must not take it from the code under test. */
function responseFor(given: Readonly<Record<string, string>>, method: string, password: string): string {
  const { username, realm, nonce, uri, nc, cnonce, algorithm = "MD5" } = given;
  const hash = (text: string) =>
    createHash(/^SHA-256/.test(algorithm) ? "sha256" : "md5")
      .update(text)
      .digest("hex");
  const a1 = hash(`${username}:${realm}:${password}`);
  const session = /-sess$/i.test(algorithm) ? hash(`${a1}:${nonce}:${cnonce}`) : a1;
  return hash(`${session}:${nonce}:${nc}:${cnonce}:auth:${hash(`${method}:${uri}`)}`);
}
