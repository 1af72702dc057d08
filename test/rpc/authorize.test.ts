import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inlineSecret } from "../../src/lib/secret.ts";
import { chooseChallenge, createDigestSession, digestAuthorization, parseChallenges } from "../../src/rpc/digest.ts";
import { type DigestNodeOptions, digestNode, readAuthorization } from "./digest-node.ts";
import { POST, patience, refusal, rpcClient } from "./support.ts";

const MD5 = 'Digest qop="auth",algorithm=MD5,realm="monero-rpc",nonce="kZtsMBQoiqv1k6o7DLmezg==",stale=false';
const MD5_SESS = MD5.replace("MD5", "MD5-sess");
const SHA256 = MD5.replace("MD5", "SHA-256");

const anyString = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });

const login = { username: "monitor", password: "s3cret" };

function loggedIn(url: string, { username, password } = login) {
  return rpcClient(url, { auth: { kind: "digest", username, password: inlineSecret(password) } });
}

async function startedWith(options: Partial<DigestNodeOptions> = {}) {
  const node = await digestNode({ ...login, ...options });
  return { node, client: loggedIn(node.url) };
}

describe("parseChallenges", () => {
  const monerod = { qop: "auth", realm: "monero-rpc", nonce: "kZtsMBQoiqv1k6o7DLmezg==", stale: "false" };

  it.each<[string, readonly string[], readonly Record<string, string>[]]>([
    [
      "monerod's two headers",
      [MD5, MD5_SESS],
      [
        { ...monerod, algorithm: "MD5" },
        { ...monerod, algorithm: "MD5-sess" },
      ],
    ],
    [
      "two headers joined to one",
      [`${MD5}, ${MD5_SESS}`],
      [
        { ...monerod, algorithm: "MD5" },
        { ...monerod, algorithm: "MD5-sess" },
      ],
    ],
    ["an escaped quote and comma", ['Digest realm="a \\"b\\", c=d", nonce="1"'], [{ realm: 'a "b", c=d', nonce: "1" }]],
    [
      "blanks and upper case",
      ['DIGEST  Realm = "a" ,  NONCE=b ,STALE=TRUE'],
      [{ realm: "a", nonce: "b", stale: "TRUE" }],
    ],
    ["a digest behind another scheme", ['Basic realm="x", Digest realm="y", nonce="1"'], [{ realm: "y", nonce: "1" }]],
    ["a digest before another scheme", ['Digest realm="y", nonce="1", Basic realm="x"'], [{ realm: "y", nonce: "1" }]],
    ["a scheme without parameters", ["Negotiate", 'Digest nonce="1"'], [{ nonce: "1" }]],
    ["empty values", ['Digest realm="", nonce=""'], [{ realm: "", nonce: "" }]],
    ["other schemes only", ['Basic realm="x"', "Bearer"], []],
    ["no header", [], []],
    ["an empty header", [""], []],
    ["parameters of no scheme", ['realm="x", nonce="1"'], []],
    ["an open quote", ['Digest nonce="1'], [expect.anything() as never]],
  ])("reads %s", (_, headers, challenges) => {
    const read = parseChallenges(headers).map((challenge) => Object.fromEntries(challenge));
    expect(read).toEqual(
      challenges.map((each) => (typeof each.asymmetricMatch === "function" ? each : { scheme: "digest", ...each })),
    );
  });

  it("never throws and stays fast, whatever a server sends", () => {
    fc.assert(fc.property(fc.array(anyString), (headers) => void parseChallenges(headers)));
    // A server may send headers of 16 KiB.
    for (const hostile of [
      `${"a".repeat(16_000)}!`,
      `${"a-".repeat(8000)}!`,
      'a="'.repeat(5300),
      "a= ".repeat(5300),
      `a="${'\\"'.repeat(8000)}`,
      `a${" ".repeat(16_000)}!`,
    ]) {
      const start = process.cpuUsage();
      parseChallenges([hostile]);
      // Quadratic time would be seconds.
      expect(process.cpuUsage(start).user / 1000, hostile.slice(0, 10)).toBeLessThan(400);
    }
  });
});

describe("chooseChallenge", () => {
  it.each<[string, readonly string[], string | undefined]>([
    ["MD5 before MD5-sess", [MD5, MD5_SESS], "MD5"],
    ["MD5 before MD5-sess in any order", [MD5_SESS, MD5], "MD5"],
    ["MD5-sess where nothing else is offered", [MD5_SESS], "MD5-sess"],
    ["SHA-256 before MD5", [MD5, SHA256], "SHA-256"],
    ["MD5 before the session form of SHA-256", [MD5, MD5.replace("MD5", "SHA-256-sess")], "MD5"],
    ["MD5 where no algorithm is named", ['Digest realm="a", nonce="1", qop="auth"'], undefined],
    ["one of several qop", ['Digest nonce="1", qop="auth-int, auth", algorithm=MD5'], "MD5"],
  ])("takes %s", (_, headers, algorithm) => {
    const challenge = chooseChallenge(parseChallenges(headers));
    expect(challenge).toBeDefined();
    expect(challenge?.get("algorithm")).toBe(algorithm);
  });

  it.each([
    ["an unknown algorithm", 'Digest realm="a", nonce="1", qop="auth", algorithm=SHA-512-256'],
    ["no nonce", 'Digest realm="a", qop="auth"'],
    ["the qop auth-int only", 'Digest realm="a", nonce="1", qop="auth-int"'],
    ["no qop", 'Digest realm="a", nonce="1"'],
    ["basic authentication", 'Basic realm="a"'],
  ])("takes nothing where there is %s", (_, header) => {
    expect(chooseChallenge(parseChallenges([header]))).toBeUndefined();
  });
});

describe("digestAuthorization", () => {
  // What curl sent to a real monerod 0.18.0.0 and got 200 for.
  const challenge = new Map(
    Object.entries({ realm: "monero-rpc", nonce: "Ep7NODkUo84jBrWdkiDmXQ==", algorithm: "MD5" }),
  );
  const answer = {
    ...login,
    method: "POST",
    uri: "/json_rpc",
    count: 1,
    cnonce: "M2NiN2Q0YzI4YjI0YTEzN2U3ZDNmMzQxMWIzZDBlOGY=",
  };

  it("gives the response that curl gave", () => {
    expect(digestAuthorization(challenge, answer)).toBe(
      'Digest username="monitor", realm="monero-rpc", nonce="Ep7NODkUo84jBrWdkiDmXQ==", uri="/json_rpc", ' +
        'algorithm=MD5, qop=auth, nc=00000001, cnonce="M2NiN2Q0YzI4YjI0YTEzN2U3ZDNmMzQxMWIzZDBlOGY=", ' +
        'response="b37c3e1c49ab94d34aa90bf6fef1efcd"',
    );
  });

  // RFC 7616, section 3.9.1.
  it.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("gives the response of the RFC's example for %s", (algorithm, response) => {
    const header = digestAuthorization(
      new Map(
        Object.entries({
          realm: "http-auth@example.org",
          nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
          opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
          algorithm,
        }),
      ),
      {
        username: "Mufasa",
        password: "Circle of Life",
        method: "GET",
        uri: "/dir/index.html",
        count: 1,
        cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
      },
    );
    expect(readAuthorization(header)).toMatchObject({
      response,
      opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    });
  });

  it.each([
    [1, "00000001"],
    [9, "00000009"],
    [10, "0000000a"],
    [16, "00000010"],
    [255, "000000ff"],
    [0x1234abcd, "1234abcd"],
  ])("counts request %d as %s", (count, nc) => {
    expect(readAuthorization(digestAuthorization(challenge, { ...answer, count }))?.nc).toBe(nc);
  });

  it("can be read back for any user name without control characters", () => {
    const printable = anyString.map((text) => text.replace(/[\x00-\x1f\x7f]/g, "").toWellFormed());
    fc.assert(
      fc.property(printable, printable, printable, (username, realm, nonce) => {
        const asked = new Map(Object.entries({ realm, nonce, algorithm: "MD5" }));
        const header = digestAuthorization(asked, { ...answer, username });
        const expected = { username, realm, nonce, uri: "/json_rpc", qop: "auth", nc: "00000001" };
        expect(readAuthorization(Buffer.from(header, "utf8").toString("latin1"))).toMatchObject(expected);
        expect(Object.fromEntries(parseChallenges([header])[0] ?? [])).toMatchObject(expected);
      }),
    );
  });
});

describe("createDigestSession", () => {
  const request = { ...login, method: "POST", uri: "/json_rpc" };
  const count = (header: string | undefined) => readAuthorization(header)?.nc;

  it("has no header before the first challenge", () => {
    expect(createDigestSession().authorize(request)).toBeUndefined();
  });

  it("counts on, and starts again with each challenge", () => {
    const session = createDigestSession();
    session.accept([MD5]);
    expect([count(session.authorize(request)), count(session.authorize(request))]).toEqual(["00000001", "00000002"]);
    session.accept([MD5]);
    expect(count(session.authorize(request))).toBe("00000001");
  });

  it("never uses a cnonce twice", () => {
    const session = createDigestSession();
    session.accept([MD5]);
    const cnonces = Array.from({ length: 100 }, () => readAuthorization(session.authorize(request))?.cnonce);
    expect(new Set(cnonces).size).toBe(100);
  });

  it.each([
    ["fresh", MD5],
    ["stale", MD5.replace("stale=false", 'stale="TRUE"')],
    ["none", "Digest nonce=1"],
  ])("tells what a challenge says of the answer before it: %s", (expected, challenge) => {
    expect(createDigestSession().accept([challenge])).toBe(expected);
  });

  it("forgets its challenge when the next one cannot be answered", () => {
    const session = createDigestSession();
    session.accept([MD5]);
    expect(session.accept(["Basic realm=a"])).toBe("none");
    expect(session.authorize(request)).toBeUndefined();
  });
});

describe("a client with a digest login", () => {
  it("is challenged once for 25 requests, and counts them in hexadecimal", async () => {
    const { node, client } = await startedWith();
    for (let n = 0; n < 25; n += 1) expect((await client.request(POST, patience())).status).toBe(200);
    expect(node.statuses).toEqual([401, ...Array.from({ length: 25 }, () => 200)]);
    expect(node.counts.slice(8, 17)).toEqual([
      "00000009",
      "0000000a",
      "0000000b",
      "0000000c",
      "0000000d",
      "0000000e",
      "0000000f",
      "00000010",
      "00000011",
    ]);
    expect(new Set(node.algorithms)).toEqual(new Set(["MD5"]));
    expect(node.connections()).toBe(1);
  });

  it.each(["MD5-sess", "SHA-256", "SHA-256-sess"])("supports %s", async (algorithm) => {
    const { node, client } = await startedWith({ algorithms: [algorithm] });
    for (let n = 0; n < 3; n += 1) expect((await client.request(POST, patience())).status).toBe(200);
    expect(node.statuses).toEqual([401, 200, 200, 200]);
    expect(node.algorithms).toEqual([algorithm, algorithm, algorithm]);
  });

  it("may be asked for several requests at the same time", async () => {
    const { node, client } = await startedWith();
    const answers = await Promise.all(Array.from({ length: 12 }, () => client.request(POST, patience())));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect(node.statuses.filter((status) => status === 401)).toHaveLength(1);
    expect(node.connections()).toBe(1);
  });

  it("is challenged again after the server closed the connection", async () => {
    let requests = 0;
    const { node, client } = await startedWith({ closesAfter: () => ++requests === 4 });
    for (let n = 0; n < 6; n += 1) expect((await client.request(POST, patience())).status).toBe(200);
    expect(node.statuses).toEqual([401, 200, 200, 200, 401, 200, 200, 200]);
    expect(node.counts).toEqual(["00000001", "00000002", "00000003", "00000001", "00000002", "00000003"]);
    expect(node.connections()).toBe(2);
  });

  it("stays on the connection that was challenged", async () => {
    const { node, client } = await startedWith();
    await client.request(POST, patience());
    expect(node.requests.map(({ socketId, body }) => [socketId, body])).toEqual([
      [1, POST.body],
      [1, POST.body],
    ]);
  });

  it("signs the path and query that it sends", async () => {
    const { node, client } = await startedWith();
    const answer = await client.request(
      { name: "get_height", method: "GET", path: "/get_height?a=1&b=%20" },
      patience(),
    );
    expect(answer.status).toBe(200);
    expect(readAuthorization(node.requests[1]?.headers.authorization)?.uri).toBe("/get_height?a=1&b=%20");
  });

  it.each([
    ["a wrong password", { ...login, password: "wrong" }],
    ["a wrong user", { ...login, username: "nobody" }],
  ])("tries exactly once more with %s, and then gives the 401", async (_, wrong) => {
    const node = await digestNode(login);
    const client = loggedIn(node.url, wrong);
    expect((await client.request(POST, patience())).status).toBe(401);
    expect(node.statuses).toEqual([401, 401]);
    expect((await client.request(POST, patience())).status).toBe(401);
    expect(node.statuses).toEqual([401, 401, 401, 401]);
  });

  it("answers once more where another connection calls the first answer stale", async () => {
    const node = await digestNode({ ...login, ...{ spreads: (request: number) => request % 3 !== 0 } });
    const client = loggedIn(node.url);
    expect((await client.request(POST, patience())).status).toBe(200);
    expect(node.statuses).toEqual([401, 401, 200]);
  });

  it.each([
    ["a proxy takes another connection each time", "stale", { spreads: () => true }, login],
    ["the password is wrong", "refused", {}, { ...login, password: "wrong" }],
    ["the password is wrong behind such a proxy", "refused", { spreads: () => true }, { ...login, password: "wrong" }],
    ["no challenge can be answered", "unanswered", { algorithms: ["SHA-512-256"] }, login],
  ])("tells what became of the login when %s", async (_, state, options, used) => {
    const node = await digestNode({ ...login, ...options });
    const { status, sent } = await loggedIn(node.url, used).request(POST, patience());
    expect([status, sent]).toEqual([401, { login: { kind: "digest", state }, hasHeaders: false }]);
    expect(node.statuses.length).toBeLessThanOrEqual(3);
  });

  it("takes a new password from its file", async () => {
    const node = await digestNode(login);
    let password = "old";
    const client = rpcClient(node.url, {
      auth: { kind: "digest", username: "monitor", password: { ...inlineSecret(""), reveal: async () => password } },
    });
    expect((await client.request(POST, patience())).status).toBe(401);
    password = login.password;
    expect((await client.request(POST, patience())).status).toBe(200);
  });

  it("does not try again where the server requires another scheme", async () => {
    const node = await digestNode({ ...login, algorithms: ["SHA-512-256"] });
    expect((await loggedIn(node.url).request(POST, patience())).status).toBe(401);
    expect(node.statuses).toEqual([401]);
  });

  it.each([
    ["quotes and backslashes", 'a"b\\c', 'p"\\'],
    ["spaces and commas", "a b, c=d", " "],
    ["letters of western Europe", "mönitor", "pässwörd"],
    ["other letters", "монитор Ω 🦀", "密码"],
  ])("can have %s in the user name and password", async (_, username, password) => {
    const node = await digestNode({ username, password });
    expect((await loggedIn(node.url, { username, password }).request(POST, patience())).status).toBe(200);
  });

  it("keeps the connection when it gives up", async () => {
    const { node, client } = await startedWith({ password: "other" });
    await client.request(POST, patience());
    expect(node.openConnections()).toBe(1);
    expect((await refusal(client.request(POST, AbortSignal.abort()))).failure.reason).toBe("timeout");
  });
});
