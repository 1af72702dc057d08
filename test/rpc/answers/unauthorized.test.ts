import { describe, expect, it } from "vitest";
import { unauthorizedFailure } from "../../../src/rpc/answers/unauthorized.ts";
import type { SentLogin } from "../../../src/rpc/message.ts";

const MONEROD = [
  'Digest qop="auth",algorithm=MD5,realm="monero-rpc",nonce="TsUyakhc/CziWAuFY6g7jA==",stale=false',
  'Digest qop="auth",algorithm=MD5-sess,realm="monero-rpc",nonce="TsUyakhc/CziWAuFY6g7jA==",stale=false',
];
const BASIC = 'Basic realm="jsonrpc"';

function explained(sent: SentLogin | undefined, challenge: string | string[] | undefined): string {
  const times = { sentMs: 0, receivedMs: 0 };
  const headers = { "www-authenticate": challenge };
  const response = { status: 401, headers, body: new Uint8Array(), ...times, sent };
  const { reason, message, advice } = unauthorizedFailure(response, "get_info at http://h:1");
  expect(reason).toBe("unauthorized");
  const start = "get_info at http://h:1: expected HTTP 200, found 401: ";
  expect(message.startsWith(start)).toBe(true);
  return `${message.slice(start.length)}; ${advice}`;
}

const sent = (login: SentLogin["login"], hasHeaders = false): SentLogin => ({ login, hasHeaders });
const none = sent({ kind: "none" });
const headers = sent({ kind: "none" }, true);
const basic = sent({ kind: "basic", isFromUrl: false });
const inUrl = sent({ kind: "basic", isFromUrl: true });
const bearer = sent({ kind: "bearer" });
const cookie = sent({ kind: "cookie" });
const header = sent({ kind: "header", name: "x-api-key" });
const authorization = sent({ kind: "header", name: "authorization" });
const digest = (state: "unanswered" | "refused" | "stale") => sent({ kind: "digest", state });

const REFUSED = "the node refused these credentials; ";

describe("a 401 says that", () => {
  it.each<[string, SentLogin | undefined, string | string[] | undefined, string | RegExp]>([
    // A login is missing
    ["monerod wants its login", undefined, MONEROD, /^the node wants a login \(digest\); set auth\.digest .*rpc-login/],
    ["basic is wanted", none, BASIC, /^the node wants a login \(basic\); set auth\.basic .* or auth\.cookie_file$/],
    ["bearer is wanted", none, "Bearer", /^the node wants a login \(bearer\); set auth\.bearer/],
    [
      "one of two is wanted",
      none,
      ["Basic realm=x", "Bearer"],
      /\(basic or bearer\); set auth\.basic .*, or auth\.bearer/,
    ],
    ["one of two in one header is wanted", none, `${BASIC}, Digest nonce="a, Bearer b"`, /\(digest or basic\)/],
    ["one is wanted, but not said which", none, undefined, /does not say which; check the auth block.*headers$/],
    ["headers are not enough", headers, BASIC, /a login \(basic\); set auth\.basic .*, as well as auth\.headers$/],
    ["a header is not enough", header, BASIC, /not only the header of auth\.header; set auth\.basic .*auth\.headers$/],
    // Another scheme is wanted
    [
      "digest, not basic",
      basic,
      MONEROD,
      /^the node wants digest .*auth\.basic.*; set auth\.digest .*in place of auth\.basic$/,
    ],
    ["digest, not the URL's", inUrl, MONEROD, /the login in the URL is another.*in place of the login in the URL$/],
    [
      "the cookie is missing",
      sent({ kind: "cookie", missing: "cannot read a secret file in /d (ENOENT: no such file)" }),
      BASIC,
      /^the node wants a login, and the exporter cannot read a secret file in \/d .*; check the path of auth\.cookie_file: /,
    ],
    ["digest, not a cookie", cookie, MONEROD, /in place of auth\.cookie_file$/],
    ["basic, not bearer", bearer, BASIC, /in place of auth\.bearer$/],
    ["basic, not digest", digest("unanswered"), BASIC, /in place of auth\.digest$/],
    ["bearer, not a header", authorization, "Bearer", /set auth\.bearer .*in place of auth\.header$/],
    ["none of ours is wanted", basic, "Negotiate", /wants Negotiate authentication, which the exporter does not have/],
    ["a digest without qop is wanted", digest("unanswered"), "Digest nonce=a", /a form of digest authentication/],
    // The credentials are wrong
    ["digest is refused", digest("refused"), MONEROD, `${REFUSED}check the user and password of auth.digest`],
    ["basic is refused", basic, BASIC, `${REFUSED}check the user and password of auth.basic`],
    ["basic is refused silently", basic, undefined, `${REFUSED}check the user and password of auth.basic`],
    ["the URL's is refused", inUrl, BASIC, `${REFUSED}check the user and password of the login in the URL`],
    ["basic is refused among others", basic, [BASIC, "Bearer"], `${REFUSED}check the user and password of auth.basic`],
    ["bearer is refused", bearer, 'Bearer error="invalid_token"', /refused these.*token of auth\.bearer.*expired$/],
    ["a cookie is refused", cookie, BASIC, /refused these.*auth\.cookie_file is the cookie of this node/],
    ["a header is refused", header, undefined, /refused these.*value of auth\.header/],
    ["headers are refused", headers, undefined, /refused these.*values of auth\.headers/],
    [
      "one of both is refused",
      sent({ kind: "basic", isFromUrl: false }, true),
      BASIC,
      `${REFUSED}check the user and password of auth.basic; and auth.headers`,
    ],
    // They are right
    [
      "a proxy loses the connection",
      digest("stale"),
      MONEROD,
      /^the credentials are right, but a proxy .*; .*must keep .*keepalive, proxy_http_version 1\.1, proxy_set_header Connection ""/,
    ],
    [
      "digest got no challenge beside headers",
      sent({ kind: "digest", state: "unanswered" }, true),
      undefined,
      /cannot answer; check auth\.headers: a gateway/,
    ],
    ["digest got no challenge", digest("unanswered"), undefined, /does not say which login it wants.*gateway/],
  ])("%s", (_, login, challenge, expected) => {
    const text = explained(login, challenge);
    if (typeof expected === "string") expect(text).toBe(expected);
    else expect(text).toMatch(expected);
  });

  it.each(["<b>x</b>", "S3cr3tS3cr3t abc", "ntlmx", '"', "=,=,", ",,,"])(
    "repeats no word of a server: %s",
    (challenge) => {
      expect(explained(basic, challenge)).toBe(`${REFUSED}check the user and password of auth.basic`);
    },
  );

  it("stays fast, whatever a server sends", () => {
    for (const hostile of [
      'a="'.repeat(5300),
      `a="${'\\"'.repeat(8000)}`,
      `a${" ".repeat(16_000)}!`,
      ",a ".repeat(5000),
    ]) {
      const start = process.cpuUsage();
      explained(basic, hostile);
      // Quadratic time would be seconds.
      expect(process.cpuUsage(start).user / 1000, hostile.slice(0, 10)).toBeLessThan(400);
    }
  });
});
