import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { discover } from "../../../../src/cli/commands/discover.ts";
import type { AccessFlags } from "../../../../src/cli/invocation.ts";
import { methodOf } from "../../../chains/bitcoin/node.ts";
import { type Answer, type FakeNode, json, startFakeNode } from "../../../support/fake-node.ts";
import { tempFolder } from "../../../support/servers.ts";
import { outcomeOf } from "../support.ts";

const NONE: AccessFlags = {
  ...{ basic: undefined, digest: undefined, passwordFile: undefined, bearerFile: undefined, cookieFile: undefined },
  ...{ headers: [], pin: undefined, certFile: undefined, keyFile: undefined, proxyUrl: undefined },
};

const COOKIE = `__cookie__:${"c4nary".repeat(8)}`;
const AUTHORIZATION = `Basic ${Buffer.from(COOKIE).toString("base64")}`;

const RESULTS: Readonly<Record<string, unknown>> = {
  getblockchaininfo: { chain: "main", blocks: 3_000_000, headers: 3_000_000, initialblockdownload: false },
  getpeerinfo: [],
  getnettotals: { totalbytesrecv: 1, totalbytessent: 1, timemillis: Date.now() },
  uptime: 100,
  getnetworkinfo: { version: 210_201, subversion: "/LitecoinCore:0.21.2.1/", networks: [], localaddresses: [] },
  getchaintips: [],
  listbanned: [],
  getaddednodeinfo: [],
};

/** A litecoind that wants its cookie. */
function litecoind(isReady = true): Promise<FakeNode> {
  return startedNode(({ headers, method, url, body }) => {
    if (url !== "/") return { status: 404 };
    if (method !== "POST") return { status: 405, body: "JSONRPC server handles only POST requests" };
    if (headers.authorization !== AUTHORIZATION) {
      return { status: 401, headers: { "www-authenticate": 'Basic realm="jsonrpc"' } };
    }
    if (!isReady) return json({ result: null, error: { code: -28, message: "Verifying blocks…" }, id: "0" }, 500);
    const result = RESULTS[methodOf(body)];
    if (result === undefined) return json({ result: null, error: { code: -32601, message: "Method not found" } }, 404);
    return json({ result, error: null, id: "0" });
  });
}

async function startedNode(answer: (request: FakeNode["requests"][number]) => Answer): Promise<FakeNode> {
  const node = await startFakeNode(answer);
  onTestFinished(() => node.close());
  return node;
}

function run(address: string, flags: Partial<AccessFlags> = {}) {
  return outcomeOf((context) => discover({ command: "discover", address, ...NONE, ...flags }, context));
}

function cookieFile(): string {
  const file = join(tempFolder(), ".cookie");
  writeFileSync(file, COOKIE);
  return file;
}

test("a node without a login: what is there, and both ways to log in; six names are one attempt", async () => {
  const node = await litecoind();
  const { code, out, err } = await run(node.url);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  const [first, ...others] = err.split("\n");
  expect(first).toBe(
    `found no supported node at this address, but a server that wants basic authentication at ${node.url}. Tried:`,
  );
  expect(others).toContain(
    `  ${node.url} as bitcoin: getpeerinfo at ${node.url}: expected HTTP 200, found 401: the node wants a login (basic)`,
  );
  expect(others).toContain(
    "Run it again with --auth.basic USER, or add to the entry: auth: {basic: {username: USER, password_file: FILE}}",
  );
  expect(err).toMatch(/run it again with --auth\.cookie-file FILE, which is \.cookie in the folder of the node's data/);
  const methods = node.requests.filter(({ url }) => url === "/").map(({ body }) => methodOf(body));
  expect(methods).toEqual(["getblockchaininfo", "getpeerinfo"]);
});

test("with its cookie the software names the coin, and the entry has it", async () => {
  const node = await litecoind();
  const file = cookieFile();
  const { code, out } = await run(node.url, { cookieFile: file });
  expect(code).toBe(0);
  expect(out).toContain(`# Found at ${node.url}: litecoin LitecoinCore:0.21.2.1, main, head 3000000`);
  expect(out).toContain(`- name: litecoin-1\n    chain: litecoin\n    url: ${node.url}\n`);
  expect(out).toContain(`cookie_file: ${file}`);
  expect(out).not.toMatch(/c4nary|API fails|wrong_network/);
  // One attempt for all names, and one with the right name.
  expect(node.requests.filter(({ body }) => methodOf(body || "{}") === "getpeerinfo")).toHaveLength(2);
});

test("a node that starts is no missing node: the text says what it does", async () => {
  const node = await litecoind(false);
  const { code, err } = await run(node.url, { cookieFile: cookieFile() });
  expect(code).toBe(1);
  expect(err).toContain('found a node that is starting "Verifying blocks…"');
  expect(err).not.toContain("c4nary");
});

test("the many usual ports of a host are one line for each scheme", async () => {
  // The other addresses of this machine: servers of tests listen at 127.0.0.1.
  const { code, err } = await run("127.199.88.77");
  expect(code).toBe(1);
  const refused = err.split("\n").filter((line) => line.includes("ECONNREFUSED"));
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatch(
    /^ {2}http:\/\/127\.199\.88\.77 on ports 8888, 18081, .*8332, .*9332, .*22555, .*9998, .*8232, /,
  );
  expect(refused[1]).toMatch(
    /^ {2}https:\/\/127\.199\.88\.77 on ports 1789, 8334, 18334.*: the connection was refused/,
  );
});
