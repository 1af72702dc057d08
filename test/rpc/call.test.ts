import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FailureReason, NodeError } from "../../src/model/failure.ts";
import { statusFailure } from "../../src/rpc/answers/status.ts";
import { callJson, decodeJsonBody } from "../../src/rpc/call.ts";
import type { RpcClient } from "../../src/rpc/client.ts";
import { type RpcResponse, retryAfter } from "../../src/rpc/message.ts";
import { parseNodeJson } from "../../src/rpc/node-json.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import { runs } from "../support/effort.ts";
import { POST, patience, refusal } from "./support.ts";

function response(status: number, headers: RpcResponse["headers"] = {}, body = ""): RpcResponse {
  return { status, headers, body: Buffer.from(body), sentMs: 1, receivedMs: 2 };
}

/** A client whose server gives one answer. */
function answering(answer: RpcResponse): RpcClient {
  return {
    url: parseNodeUrl("http://127.0.0.1:18081"),
    request: async () => answer,
    presented: () => ({ lastExpirySeconds: undefined, currentExpirySeconds: undefined }),
    close: async () => {},
  };
}

describe("callJson", () => {
  it.each([200, 201, 202, 299])("gives the JSON of a %i with the whole answer", async (status) => {
    const answer = response(status, { "x-peer-addr": "192.0.2.1" }, '{"height":1200}');
    expect(await callJson(answering(answer), POST, patience())).toEqual({
      value: { height: 1200 },
      response: answer,
    });
  });

  it.each([199, 300, 304, 400, 500])("fails with a %i, whatever its body", async (status) => {
    const { failure } = await refusal(callJson(answering(response(status, {}, "{}")), POST, patience()));
    expect(failure).toMatchObject({
      reason: "http",
      message: `get_info at http://127.0.0.1:18081: expected HTTP 200, found ${status}`,
    });
  });

  it("uses the chain's explanation of a status first", async () => {
    const own = { reason: "unavailable", message: "no plugin", advice: "load it" } as const;
    const asked: unknown[] = [];
    const answer = response(404);
    const error = await refusal(
      callJson(answering(answer), POST, patience(), (...args) => {
        asked.push(...args);
        return own;
      }),
    );
    expect(error.failure).toEqual(own);
    expect(asked).toEqual([answer, "get_info at http://127.0.0.1:18081"]);
    expect((await refusal(callJson(answering(answer), POST, patience(), () => undefined))).failure.reason).toBe(
      "not_found",
    );
  });

  it("does not use the chain's explanation for a success", async () => {
    const explain = () => {
      throw new Error("asked");
    };
    expect((await callJson(answering(response(200, {}, "[]")), POST, patience(), explain)).value).toEqual([]);
  });

  it("fails where the body is not JSON", async () => {
    const { failure } = await refusal(callJson(answering(response(200, {}, "OK")), POST, patience()));
    expect(failure).toMatchObject({
      reason: "bad_json",
      message: "get_info at http://127.0.0.1:18081: expected JSON, found 2 characters of other text",
    });
  });
});

describe("plain HTTP on a port that expects TLS", () => {
  const explain = () => ({ reason: "rpc", message: "the chain's", advice: "the chain's" }) as const;

  it.each<[string, number, string]>([
    ["warp-tls", 426, "This server only accepts secure HTTPS connections."],
    ["any server", 426, ""],
    ["nginx", 400, "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head>"],
    ["Go", 400, "Client sent an HTTP request to an HTTPS server.\n"],
    ["Apache", 400, "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"],
  ])("%s says so with %i, and the advice is https, whatever the chain makes of it", async (_, status, body) => {
    const { failure } = await refusal(callJson(answering(response(status, {}, body)), POST, patience(), explain));
    expect(failure).toEqual({
      reason: "http",
      message: `get_info at http://127.0.0.1:18081: expected HTTP 200, found ${status}, as the port expects TLS`,
      advice: "use https:// in the URL",
    });
  });

  it("is not the cause over https, or of a 400 for another reason", async () => {
    const https = { ...answering(response(426)), url: parseNodeUrl("https://127.0.0.1:18081") };
    expect((await refusal(callJson(https, POST, patience()))).failure.advice).not.toContain("https://");
    const { failure } = await refusal(callJson(answering(response(400, {}, "bad")), POST, patience(), explain));
    expect(failure.reason).toBe("rpc");
  });
});

describe("a client certificate that is missing or refused, as a response says it", () => {
  const SENT = "set tls.cert_file and tls.key_file";
  it.each<[string, number, string, RegExp, string]>([
    ["nginx", 400, "<head><title>400 No required SSL certificate was sent</title></head>", /wants.*got none/, SENT],
    ["Kong", 401, '{"message":"No required TLS certificate was sent"}', /wants.*got none/, SENT],
    [
      "Kong",
      401,
      '{"message":"TLS certificate failed verification"}',
      /refuses the client certificate/,
      "has not expired",
    ],
    ["Kong", 400, '{"message":"No required TLS certificate was sent"}', /wants.*got none/, SENT],
    ["nginx with its own status", 496, "", /wants.*got none/, SENT],
    ["IIS", 403, "403 - Forbidden: client certificate required", /wants.*got none/, SENT],
    ["nginx", 400, "<head><title>400 The SSL certificate error</title></head>", /refuses/, "ssl_client_certificate"],
    ["nginx with its own status", 495, "", /refuses/, "ssl_client_certificate"],
    [
      "Apache",
      403,
      "Reason: Cannot perform Post-Handshake Authentication.<br />",
      /after the handshake/,
      "SSLVerifyClient",
    ],
  ])("by %s with %i %s", async (_, status, body, message, advice) => {
    const client = { ...answering(response(status, {}, body)), url: parseNodeUrl("https://127.0.0.1:18081") };
    const { failure } = await refusal(callJson(client, POST, patience()));
    expect(failure).toMatchObject({ reason: "tls", message: expect.stringMatching(message) });
    expect(failure.advice).toContain(advice);
  });

  it.each([400, 403])("is not the cause of another %i, whose advice does not say https://", async (status) => {
    const client = { ...answering(response(status, {}, "no")), url: parseNodeUrl("https://127.0.0.1:18081") };
    const { failure } = await refusal(callJson(client, POST, patience()));
    expect(failure.reason).not.toBe("tls");
    expect(failure.advice).not.toContain("https://");
  });
});

describe("statusFailure", () => {
  it.each<[number, FailureReason, RegExp]>([
    [301, "http", /redirects are not followed/],
    [302, "http", /redirects are not followed/],
    [308, "http", /redirects are not followed/],
    [400, "http", /https:.*log/],
    [402, "unauthorized", /account at the gateway/],
    [403, "unauthorized", /access list/],
    [404, "not_found", /port and the path/],
    [405, "http", /log/],
    [421, "host_header", /set host_header.*tls\.server_name/],
    [429, "rate_limited", /interval/],
    [500, "http", /log/],
    [502, "http", /proxy/],
    [503, "http", /proxy.*log/],
    [504, "http", /proxy/],
  ])("%i is %s", (status, reason, advice) => {
    const failure = statusFailure(response(status), "get_info at http://127.0.0.1:18081");
    expect(failure.reason).toBe(reason);
    expect(failure.message).toBe(`get_info at http://127.0.0.1:18081: expected HTTP 200, found ${status}`);
    expect(failure.advice).toMatch(advice);
    expect(failure).not.toHaveProperty("retryAfterSeconds");
  });

  it.each([429, 503])("%i carries Retry-After", (status) => {
    expect(statusFailure(response(status, { "retry-after": "17" }), "x").retryAfterSeconds).toBe(17);
  });
});

describe("retryAfter", () => {
  const now = Date.parse("2026-11-20T12:00:00Z");

  it.each<[string, string | string[] | undefined, number | undefined]>([
    ["seconds", "120", 120],
    ["blanks around it", " 7 ", 7],
    ["the first of two headers", ["5", "9"], 5],
    ["an hour at most", "3601", 3600],
    ["a number beyond any", "9".repeat(400), 3600],
    ["a date", "Fri, 20 Nov 2026 12:00:30 GMT", 30],
    ["a date of RFC 850", "Friday, 20-Nov-26 12:00:30 GMT", 30],
    ["a date far away", "Fri, 31 Dec 2099 23:59:59 GMT", 3600],
    ["a date in the past", "Fri, 20 Nov 2026 11:59:59 GMT", undefined],
    ["this moment", "Fri, 20 Nov 2026 12:00:00 GMT", undefined],
    ["no second", "0", undefined],
    ["less than nothing", "-5", undefined],
    ["a fraction", "1.5", undefined],
    ["hexadecimal", "0x10", undefined],
    ["an exponent", "1e3", undefined],
    ["two numbers", "120, 60", undefined],
    ["words", "later", undefined],
    ["words with a year", "maybe 2099", undefined],
    ["a date of ISO 8601", "2099-01-01", undefined],
    ["nothing", "", undefined],
    ["no header", undefined, undefined],
  ])("understands %s", (_, header, seconds) => {
    const found = retryAfter(response(429, { "retry-after": header }), now);
    expect(found).toEqual(seconds === undefined ? {} : { retryAfterSeconds: seconds });
  });
});

/** Any UTF-16, lone surrogates included. */
const anyString = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });

describe("parseNodeJson", () => {
  it.each<[string, unknown]>([
    ["null", null],
    ["true", true],
    ['""', ""],
    ["[]", []],
    ["{}", {}],
    [' \t\r\n{"a" : [1, -0.5, 1e3]}\n', { a: [1, -0.5, 1000] }],
    ['"\\u00e9\\n\\"\\\\\\/"', 'é\n"\\/'],
    ['"\\ud83e\\udd80 \\ud800 \\udfff"', "🦀 \ud800 \udfff"],
    ['"\u007f\u0080\u2028\u2029"', "\u007f\u0080\u2028\u2029"],
    ['{"a":1,"a":2}', { a: 2 }],
  ])("reads %s", (text, value) => {
    expect(parseNodeJson(text)).toEqual(value);
  });

  it.each([
    "",
    " ",
    "{",
    '{"a":1',
    '{"a":1}}',
    "[1,]",
    "{'a':1}",
    "nul",
    "NaN",
    "-",
    '"',
    '"\\',
    '"\\x"',
    "<html>",
    "12345678901234567,",
  ])("refuses %j", (text) => {
    expect(() => parseNodeJson(text)).toThrow(SyntaxError);
  });

  it.each([
    "9007199254740992",
    "9007199254740993",
    "18446744073709551615",
    " \n18446744073709551615 ",
    "340282366920938463463374607431768211455",
  ])("%s, which a double does not hold, comes out as no safe integer", (text) => {
    expect(Number.isSafeInteger(parseNodeJson(text))).toBe(false);
  });

  it.each<[string, unknown]>([
    ["123456789012345", 123_456_789_012_345],
    ["-123456789012345", -123_456_789_012_345],
    ["1234567890123456.5", 1234567890123456.5],
    ["0.1234567890123456789", 0.12345678901234568],
    ["12345678901234567e2", 1.2345678901234568e18],
    ["12345678901234567E-2", 123456789012345.67],
    ["1.2345678901234567e+30", 1.2345678901234567e30],
    ["1e1234567890123456789", Infinity],
    ['"18446744073709551615"', "18446744073709551615"],
    ['" 18446744073709551615, [18446744073709551615"', " 18446744073709551615, [18446744073709551615"],
    ['"\\":18446744073709551615"', '":18446744073709551615'],
    ['["\\\\",1844674407370955,"\\\\\\":18446744073709551615"]', ["\\", 1844674407370955, '\\":18446744073709551615']],
    [
      '{"18446744073709551615":1,"a":":18446744073709551615"}',
      { "18446744073709551615": 1, a: ":18446744073709551615" },
    ],
  ])("leaves strings, keys, fractions and exponents of %s alone", (text, value) => {
    expect(parseNodeJson(text)).toEqual(value);
  });

  it.each<[string, unknown]>([
    ['{"agent":"a\u0001b"}', { agent: "a b" }],
    ['"\u0000\u001f\n\r\t"', "     "],
    ['"a\\vb"', "a b"],
    ['"a\\\\v\\\\"', "a\\v\\"],
    ['"\\n\\v\u0000"', "\n  "],
    ['{"a\u0002":\u000b[1,\f2]}', { "a ": [1, 2] }],
    ['["\\v",1844674407370955,"\u0001,18446744073709551615"]', [" ", 1844674407370955, " ,18446744073709551615"]],
  ])("repairs the control characters of %j", (text, value) => {
    expect(parseNodeJson(text)).toEqual(value);
  });

  it("keeps __proto__ and constructor as keys like any other", () => {
    const value = parseNodeJson(
      '{"__proto__":{"polluted":18446744073709551615},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(Object.keys(value as object)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ["arrays", "[".repeat(100_000) + "]".repeat(100_000)],
    ["objects", '{"a":'.repeat(100_000) + "1".repeat(20) + "}".repeat(100_000)],
    ["arrays to mend", `${"[".repeat(100_000)}"\\v"${"]".repeat(100_000)}`],
  ])("reads %s 100,000 deep", (_, text) => {
    expect(typeof parseNodeJson(text)).toBe("object");
  });

  it.each([
    ["arrays", "[".repeat(100_000)],
    ["objects", '{"a":'.repeat(100_000)],
  ])("refuses %s 100,000 deep that are not closed", (_, text) => {
    expect(() => parseNodeJson(text)).toThrow(SyntaxError);
  });

  it("gives for any JSON what JSON.parse gives", () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), fc.integer());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: "small" }, tie("leaf"), fc.array(tie("tree")), fc.dictionary(anyString, tie("tree"))),
      leaf: fc.oneof(
        number,
        number.map((n) => n * 1e5),
        anyString,
        fc.string(),
        fc.boolean(),
        fc.constant(null),
      ),
    }));
    fc.assert(
      fc.property(fc.oneof(tree, fc.jsonValue()), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseNodeJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: runs(200) },
    );
  });

  it("gives for raw control characters what it gives for spaces", () => {
    const noisy = fc.string({
      unit: fc.oneof(fc.constantFrom("\v", "\n", "\0", '"', "\\", "v", "\u001f"), anyString),
    });
    const raw = (text: string, vtab: string) => `"${text.replace(/["\\]/g, "\\$&").replaceAll("\v", vtab)}"`;
    fc.assert(
      fc.property(fc.array(noisy), fc.constantFrom("\\v", "\v"), (texts, vtab) => {
        const json = `[${texts.map((text) => raw(text, vtab)).join(",\u0001")}]`;
        expect(parseNodeJson(json.toWellFormed())).toEqual(
          texts.map((text) => text.toWellFormed().replace(/[\x00-\x1f]/g, " ")),
        );
      }),
      { numRuns: runs(200) },
    );
  });

  it("throws only SyntaxError for any input", () => {
    const hostile = fc.string({
      unit: fc.constantFrom('"', "\\", "v", "[", "]", "{", "}", ":", ",", "-", "1".repeat(16), ".", "e", "\0", " "),
    });
    fc.assert(
      fc.property(fc.oneof(hostile, anyString), (text) => {
        try {
          parseNodeJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
      { numRuns: runs(500) },
    );
  });

  const SIZE = 1024 * 1024;
  const long = (part: string) => part.repeat(SIZE / part.length);

  it.each([
    ["a string", `"${long("x")}"`],
    ["a string to mend", `"${long(`${"x".repeat(15)}\u0001`)}"`],
    ["a string of digits to mend", `[1234567890123456,"${long(`${"1".repeat(15)}\u0001`)}"]`],
    ["a string of escapes", `[1234567890123456,"${long('\\"')}"]`],
    ["a string of backslashes", `[1234567890123456,"${long("\\\\")}"]`],
    ["an open string of backslashes", `[1234567890123456,"${long("\\")}`],
    ["escapes that are none", `"${long("\\v")}"`],
    ["digits", long("1")],
    ["digits with a point", `${long("1")}.`],
    ["digits with an exponent", `${long("1")}e`],
    ["negative digits", `[-${long("1")}]`],
    ["many long integers", `[${long("1234567890123456,")}1]`],
    ["many short integers", `[1234567890123456,${long("1,")}1]`],
    ["signs", `1234567890123456${long("-")}`],
    ["points", `1234567890123456${long("1.")}`],
    ["quotes", `[1234567890123456,${long('"')}`],
    ["blanks", `${long(" ")}1234567890123456`],
    ["line ends", `${long(`${" ".repeat(15)}\n`)}\u0001`],
  ])("takes less than 0.2 s of CPU for 1 MB of %s", (_, text) => {
    const start = process.cpuUsage();
    try {
      parseNodeJson(text);
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError);
    }
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(200);
  });
});

describe("decodeJsonBody", () => {
  const decode = (body: string | Uint8Array) =>
    decodeJsonBody(typeof body === "string" ? Buffer.from(body) : body, "get_info at http://h");

  it.each<[string, Uint8Array, unknown]>([
    ["UTF-8", Buffer.from('"é🦀"'), "é🦀"],
    ["a byte order mark", Buffer.from('\ufeff{"a":1}'), { a: 1 }],
    ["bytes that are no UTF-8", Buffer.from('"a\xff\xc3(\xed\xa0\x80"', "latin1"), "a\ufffd\ufffd(\ufffd\ufffd\ufffd"],
    ["a part of a larger buffer", Buffer.from("xx[1]xx").subarray(2, 5), [1]],
  ])("reads %s", (_, body, value) => {
    expect(decode(body)).toEqual(value);
  });

  it.each<[string, string | Uint8Array, string]>([
    ["no body", "", "an empty body"],
    ["blanks", " \r\n", "an empty body"],
    ["a login page", "\n<!DOCTYPE html><title>c4nary</title>", "an HTML or XML page"],
    ["XML", '<?xml version="1.0"?><c4nary/>', "an HTML or XML page"],
    ["an object that is cut off", '{"c4nary":[1,2', "invalid or truncated JSON of 14 characters"],
    ["a list that is cut off", '["c4nary', "invalid or truncated JSON of 8 characters"],
    ["JSON with more behind it", '{"a":1} c4nary', "invalid or truncated JSON of 14 characters"],
    ["a text", "c4nary is not here", "18 characters of other text"],
    ["gzip", Buffer.from("1f8b0800000000000003", "hex"), "compressed data that was not requested"],
    ["binary data", Buffer.from([0, 1, 2, 255]), "4 characters of other text"],
  ])("reports that %s was received, and quotes nothing of it", (_, body, found) => {
    let error: unknown;
    try {
      decode(body);
    } catch (caught) {
      error = caught;
    }
    if (!(error instanceof NodeError)) throw new Error("expected a NodeError");
    expect(error.failure).toEqual({
      reason: "bad_json",
      message: `get_info at http://h: expected JSON, found ${found}`,
      advice: "check that the URL is the node's API and that no proxy or login page responds in its place",
    });
    expect(error.cause).toBeUndefined();
  });
});
