import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cookieSecret, fileSecret, inlineSecret } from "../../src/lib/secret.ts";
import type { Auth, SecretHeader } from "../../src/rpc/settings.ts";
import { json } from "../support/fake-node.ts";
import { tempFolder } from "../support/servers.ts";
import { withResolvers } from "../support/with-resolvers.ts";
import { digestNode } from "./digest-node.ts";
import { fakeNode, GET, POST, patience, rawServer, refusal, rpcClient } from "./support.ts";

const CF: readonly SecretHeader[] = [
  { name: "CF-Access-Client-Id", value: inlineSecret("id.access") },
  { name: "CF-Access-Client-Secret", value: inlineSecret("s3cret") },
];

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

describe("further headers", () => {
  it.each<[string, Auth | undefined, string | undefined]>([
    ["alone", undefined, undefined],
    ["beside basic", { kind: "basic", username: "u", password: inlineSecret("p") }, basic("u:p")],
    ["beside bearer", { kind: "bearer", token: inlineSecret("t") }, "Bearer t"],
  ])("are sent %s", async (_, auth, authorization) => {
    const node = await fakeNode(() => json({}));
    await rpcClient(node.url, { auth, headers: CF }).request(GET, patience());
    expect(node.requests[0]?.headers).toMatchObject({
      "cf-access-client-id": "id.access",
      "cf-access-client-secret": "s3cret",
    });
    expect(node.requests[0]?.headers.authorization).toBe(authorization);
  });

  it("are sent beside a login in the URL", async () => {
    const node = await fakeNode(() => json({}));
    const auth = { kind: "basic", username: "u", password: inlineSecret("p") } as const;
    await rpcClient(node.url.replace("//", "//u:p@"), { auth, headers: CF }).request(GET, patience());
    expect(node.requests[0]?.headers).toMatchObject({
      authorization: basic("u:p"),
      "cf-access-client-id": "id.access",
    });
  });

  it("may have the names of JavaScript's own properties", async () => {
    const names = ["__proto__", "constructor", "hasOwnProperty"];
    const received = withResolvers<readonly string[]>();
    const node = await rawServer((socket) =>
      socket.once("data", (head) => {
        received.resolve(head.toString("latin1").split("\r\n"));
        socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
      }),
    );
    const headers = names.map((name) => ({ name, value: inlineSecret("v") }));
    await rpcClient(node.url, { headers }).request(GET, patience());
    expect(await received.promise).toEqual(expect.arrayContaining(names.map((name) => `${name}: v`)));
  });

  it("are sent with each request of a digest login", async () => {
    const node = await digestNode({ username: "u", password: "p" });
    const auth = { kind: "digest", username: "u", password: inlineSecret("p") } as const;
    expect((await rpcClient(node.url, { auth, headers: CF }).request(POST, patience())).status).toBe(200);
    expect(node.requests.map(({ headers }) => headers["cf-access-client-id"])).toEqual(["id.access", "id.access"]);
  });

  it("replace those of the exporter, in any case of their letters", async () => {
    const node = await fakeNode(() => json({}));
    const headers = [{ name: "Accept", value: inlineSecret("application/json") }];
    await rpcClient(node.url, { headers }).request(GET, patience());
    expect(node.requests[0]?.headers.accept).toBe("application/json");
  });

  it("are read from their files for each request", async () => {
    const path = join(tempFolder(), "value");
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url, { headers: [{ name: "X-Key", value: fileSecret(path) }] });
    for (const value of ["first\n", "\ufeffsecond\r\n"]) {
      writeFileSync(path, value);
      await client.request(GET, patience());
    }
    expect(node.requests.map(({ headers }) => headers["x-key"])).toEqual(["first", "second"]);
  });

  it("are told with a 401", async () => {
    const node = await fakeNode(() => ({ status: 401 }));
    const { sent } = await rpcClient(node.url, { headers: CF }).request(GET, patience());
    expect(sent).toEqual({ login: { kind: "none" }, hasHeaders: true });
    expect(node.requests).toHaveLength(1);
  });
});

describe("a cookie file", () => {
  const path = () => join(tempFolder(), ".cookie");
  const client = (url: string, file: string) => rpcClient(url, { auth: { kind: "cookie", pair: cookieSecret(file) } });

  it("is sent as basic authentication, read anew for each request", async () => {
    const file = path();
    const node = await fakeNode(() => json({}));
    const cookie = client(node.url, file);
    for (const pair of ["__cookie__:first", "__cookie__:se:cond\n"]) {
      writeFileSync(file, pair);
      await cookie.request(GET, patience());
    }
    expect(node.requests.map(({ headers }) => headers.authorization)).toEqual([
      basic("__cookie__:first"),
      basic("__cookie__:se:cond"),
    ]);
  });

  it("that the node wrote anew meanwhile is tried once more after a 401", async () => {
    const file = path();
    writeFileSync(file, "__cookie__:old");
    const node = await fakeNode(({ headers }) => {
      writeFileSync(file, "__cookie__:new");
      return headers.authorization === basic("__cookie__:new") ? json({}) : { status: 401 };
    });
    expect((await client(node.url, file).request(GET, patience())).status).toBe(200);
    expect(node.requests).toHaveLength(2);
  });

  it("that is missing does not hide that the node does not run: its reason was unauthorized", async () => {
    const file = path();
    const node = await fakeNode(() => json({}));
    // Not every node of the family wants a login.
    expect((await client(node.url, file).request(GET, patience())).status).toBe(200);
    expect(node.requests[0]?.headers.authorization).toBeUndefined();
    await node.close();
    const { failure } = await refusal(client(node.url, file).request(GET, patience()));
    expect(failure).toMatchObject({ reason: "connect", message: expect.stringContaining("refused") });
  });

  it("that is missing is named where the node wants it, and is tried once it is there", async () => {
    const file = path();
    let isWritten = false;
    const node = await fakeNode(({ headers }) => {
      if (isWritten) writeFileSync(file, "__cookie__:new");
      return headers.authorization === basic("__cookie__:new") ? json({}) : { status: 401 };
    });
    const cookie = client(node.url, file);
    const { status, sent } = await cookie.request(GET, patience());
    const missing = expect.stringMatching(/^cannot read a secret file in .* \(ENOENT: no such file\)$/);
    expect([status, sent?.login]).toEqual([401, { kind: "cookie", missing }]);
    isWritten = true;
    expect((await cookie.request(GET, patience())).status).toBe(200);
    expect(node.requests).toHaveLength(3);
  });

  it.each(["the same cookie", "another cookie each time"])("is not tried a third time: %s", async (which) => {
    const file = path();
    writeFileSync(file, "__cookie__:0");
    let count = 0;
    const node = await fakeNode(() => {
      count += 1;
      if (which.startsWith("another")) writeFileSync(file, `__cookie__:${count}`);
      return { status: 401 };
    });
    const { status, sent } = await client(node.url, file).request(GET, patience());
    expect([status, sent?.login.kind]).toEqual([401, "cookie"]);
    expect(node.requests).toHaveLength(which.startsWith("another") ? 2 : 1);
  });

  it.each([
    ["is empty", "", /^expected user:password in the secret file .*\.cookie$/],
    ["has no colon", "c4nary-c4nary\n", /^expected user:password in the secret file .*\.cookie$/],
    ["has no user", ":c4nary", /^expected user:password/],
    ["has no password", "c4nary:", /^expected user:password/],
    ["is UTF-16", Buffer.from("\ufeffa:c4nary", "utf16le"), /UTF-16/],
    ["is not UTF-8", Buffer.from("a:c4n\xe4ry", "latin1"), /not UTF-8/],
    ["has two lines", "a:c4nary\nb:c4nary\n", /line break/],
  ])("that %s is a failure that shows nothing of it", async (_, content, message) => {
    const file = path();
    if (content !== undefined) writeFileSync(file, content);
    const node = await fakeNode(() => json({}));
    const { failure } = await refusal(client(node.url, file).request(GET, patience()));
    expect(failure).toMatchObject({ reason: "unauthorized", advice: expect.stringContaining("auth.cookie_file") });
    expect(failure.message).toMatch(message);
    expect(JSON.stringify(failure)).not.toContain("c4n");
    expect(node.connections()).toBe(0);
  });
});
