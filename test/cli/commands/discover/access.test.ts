// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of YAML files look like those of templates
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readAccess } from "../../../../src/cli/commands/discover/access.ts";
import { discover } from "../../../../src/cli/commands/discover.ts";
import { openPolling } from "../../../../src/cli/commands/polling.ts";
import type { AccessFlags } from "../../../../src/cli/invocation.ts";
import { loadConfig } from "../../../../src/config/load.ts";
import { selfSigned } from "../../../support/certificates.ts";
import { type Handler, json, lonelyWire, type ReceivedRequest, startFakeNode } from "../../../support/fake-node.ts";
import { tempFolder } from "../../../support/servers.ts";
import { outcomeOf } from "../support.ts";

const USER = "operator";
const PASSWORD = "s3cret pass";
const NONE: AccessFlags = {
  ...{ basic: undefined, digest: undefined, passwordFile: undefined, bearerFile: undefined, cookieFile: undefined },
  ...{ headers: [], pin: undefined, certFile: undefined, keyFile: undefined, proxyUrl: undefined },
};

function fileOf(text: string): string {
  const file = join(tempFolder(), "secret");
  writeFileSync(file, text);
  return file;
}

const BASIC = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
const digestChallenge = (nonce: string) => `Digest qop="auth",algorithm=MD5,realm="node",nonce="${nonce}"`;
const DIGEST = digestChallenge("n0nce");

function isDigest({ headers, method = "", url = "" }: ReceivedRequest, nonce = "n0nce"): boolean {
  const field = (name: string) => new RegExp(`${name}="?([^",]*)`).exec(headers.authorization ?? "")?.[1] ?? "";
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const secret = md5(`${USER}:node:${PASSWORD}`);
  const wanted = md5(`${secret}:${nonce}:${field("nc")}:${field("cnonce")}:auth:${md5(`${method}:${url}`)}`);
  return headers.authorization?.startsWith("Digest ") === true && field("response") === wanted;
}

/** A Wire node that answers those who pass. */
async function guarded(passes: (request: ReceivedRequest) => boolean, challenge: string): Promise<string> {
  const handler: Handler = (request) =>
    passes(request) ? lonelyWire(request) : { ...json({}, 401), headers: { "www-authenticate": [challenge] } };
  const node = await startFakeNode(handler);
  onTestFinished(() => node.close());
  return node.url;
}

function run(address: string, flags: Partial<AccessFlags>) {
  return outcomeOf((context) => discover({ command: "discover", address, ...NONE, ...flags }, context));
}

/** Whether the node of a printed file is up, polled as the exporter does. */
async function isUp(text: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  const file = fileOf(text);
  const config = await loadConfig({ file, env, nodes: [] });
  const polling = await openPolling(config.nodes, config.lag, (one) => one);
  const [polled] = (await polling.round(new AbortController().signal)) ?? [];
  await polling.close();
  return polled?.report.head.ok === true;
}

const byHeader = (name: string, value: string) => (request: ReceivedRequest) => request.headers[name] === value;

type Case = readonly [string, (request: ReceivedRequest) => boolean, string, () => Partial<AccessFlags>, string];

const CASES: readonly Case[] = [
  [
    "basic",
    byHeader("authorization", BASIC),
    "Basic",
    () => ({ basic: USER, passwordFile: fileOf(`${PASSWORD}\n`) }),
    "basic:",
  ],
  ["digest", isDigest, DIGEST, () => ({ digest: USER, passwordFile: fileOf(PASSWORD) }), "digest:"],
  [
    "bearer",
    byHeader("authorization", "Bearer t0ken-t0ken"),
    "Bearer",
    () => ({ bearerFile: fileOf("t0ken-t0ken") }),
    "bearer:",
  ],
  [
    "cookie",
    byHeader("authorization", BASIC),
    "Basic",
    () => ({ cookieFile: fileOf(`${USER}:${PASSWORD}`) }),
    "cookie_file:",
  ],
  [
    "a header",
    byHeader("x-key", "k3y-k3y-k3y"),
    "X",
    () => ({ headers: [{ name: "X-Key", path: fileOf("k3y-k3y-k3y") }] }),
    "header:",
  ],
  [
    "basic with a header",
    (request) => byHeader("authorization", BASIC)(request) && byHeader("x-key", "k3y-k3y-k3y")(request),
    "Basic",
    () => ({
      ...{ basic: USER, passwordFile: fileOf(PASSWORD) },
      headers: [{ name: "X-Key", path: fileOf("k3y-k3y-k3y") }],
    }),
    "headers:",
  ],
];

describe("credentials of every kind", () => {
  test.each(CASES)("%s: the printed entry works, and holds no secret", async (_, passes, challenge, flags, key) => {
    const url = await guarded(passes, challenge);
    const { code, out } = await run(url, flags());
    expect(code).toBe(0);
    expect(out).toContain(key);
    expect(out).not.toMatch(/s3cret|t0ken|k3y/);
    expect(await isUp(out, {})).toBe(true);
  });

  test("a login of one connection, behind nginx that keeps several: the chains are asked one after the other", async () => {
    // Each challenge ends the login of the client before.
    let logins = 0;
    const node = await startFakeNode((request) => {
      if (isDigest(request, `n${logins}`)) return lonelyWire(request);
      logins += 1;
      return { ...json({}, 401), headers: { "www-authenticate": [digestChallenge(`n${logins}`)] } };
    });
    onTestFinished(() => node.close());
    const listeners = process.stderr.listenerCount("error");
    const { code, out, err } = await run(node.url, { digest: USER, passwordFile: fileOf(PASSWORD) });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    // Many rounds share one log: Node.js warns of the eleventh listener.
    expect(process.stderr.listenerCount("error") - listeners).toBeLessThanOrEqual(1);
    expect(out).toContain("chain: wire");
  });

  test("a login in the URL becomes digest where the node wants that", async () => {
    const url = (await guarded(isDigest, DIGEST)).replace("//", `//${USER}:${encodeURIComponent(PASSWORD)}@`);
    const { out } = await run(url, {});
    expect(out).toContain("# Set NODE_PASSWORD in the environment");
    expect(out).toContain('password: "${NODE_PASSWORD}"');
    expect(out).not.toContain("s3cret");
    expect(await isUp(out, { NODE_PASSWORD: PASSWORD })).toBe(true);
  });

  test("a login in the URL stays basic where that works", async () => {
    const plain = await guarded(byHeader("authorization", BASIC), "Basic");
    const url = plain.replace("//", `//${USER}:${encodeURIComponent(PASSWORD)}@`);
    const { out } = await run(url, {});
    expect(out).toContain('url: "${NODE_URL}"');
    expect(await isUp(out, { NODE_URL: url })).toBe(true);
  });

  test.each([
    ["digest", DIGEST, "--auth.digest USER", "digest: {username: USER, password_file: FILE}"],
    ["basic", "Basic realm=x", "--auth.basic USER", "basic: {username: USER, password_file: FILE}"],
    ["bearer", "Bearer", "--auth.bearer-file FILE", "bearer: {token_file: FILE}"],
  ])("without a login, %s is asked for, with the line to add", async (scheme, challenge, flag, key) => {
    const { code, err } = await run(await guarded(() => false, challenge), {});
    expect(code).toBe(1);
    expect(err).toContain(`the node wants a login (${scheme})`);
    expect(err).toContain(`Run it again with ${flag}, or add to the entry: auth: {${key}}\n`);
  });

  test("a self-signed certificate and a name of Tor are answered with the flag to add", async () => {
    const node = await startFakeNode(lonelyWire, { tls: await selfSigned() });
    onTestFinished(() => node.close());
    const { err } = await run(node.url, { digest: USER, passwordFile: fileOf(PASSWORD) });
    const pin = /run it again with (--tls\.pin (?:[0-9A-F]{2}:){31}[0-9A-F]{2})\n$/.exec(err)?.[1];
    expect(pin).toBeDefined();
    const pinned = { digest: USER, passwordFile: fileOf(PASSWORD), pin: pin?.split(" ")[1] };
    expect((await run(node.url, pinned)).code).toBe(0);
    const { err: ofTor } = await run("http://example.onion:18081", {});
    expect(ofTor).toContain("Run it again with --proxy-url socks5h://127.0.0.1:9050");
  });

  test.each([
    ["digest", DIGEST, { digest: USER }],
    ["basic", "Basic", { basic: USER }],
  ])("a wrong password of %s is called wrong", async (_, challenge, flags) => {
    const { code, err } = await run(await guarded(() => false, challenge), { ...flags, passwordFile: fileOf("wr0ng") });
    expect(code).toBe(1);
    expect(err).toContain("the node refused these credentials");
    expect(err).not.toContain("Run it again");
    expect(err).not.toContain("wr0ng");
  });

  test("a wrong login in the URL is called wrong, for basic and digest", async () => {
    for (const challenge of ["Basic", DIGEST]) {
      const url = (await guarded(() => false, challenge)).replace("//", `//${USER}:wr0ng@`);
      const { err } = await run(url, {});
      expect(err).toContain("the node refused these credentials");
      expect(err).not.toContain("wr0ng");
    }
  });
});

describe("readAccess", () => {
  const never = () => Promise.reject(new Error("asked"));

  test("without flags there is nothing", async () => {
    expect(await readAccess(NONE, {}, never)).toBeUndefined();
  });

  test("the password is from the file, else from NODE_PASSWORD, else asked for", async () => {
    const passwordFile = fileOf("x");
    const ofFile = await readAccess({ ...NONE, digest: "u", passwordFile }, { NODE_PASSWORD: "env" }, never);
    expect(ofFile?.polled.auth).toEqual({ digest: { username: "u", password_file: passwordFile } });
    expect(ofFile?.shown).toEqual(ofFile?.polled);
    const ofEnv = await readAccess({ ...NONE, digest: "u" }, { NODE_PASSWORD: "env" }, never);
    expect(ofEnv?.polled.auth).toEqual({ digest: { username: "u", password: "env" } });
    const asked = await readAccess({ ...NONE, digest: "u" }, {}, async () => "typed");
    expect(asked?.polled.auth).toEqual({ digest: { username: "u", password: "typed" } });
    expect(asked?.shown.auth).toEqual({ digest: { username: "u", password: "${NODE_PASSWORD}" } });
  });

  test("a proxy with a login is shown as a variable", async () => {
    const access = await readAccess({ ...NONE, proxyUrl: "http://u:p@proxy.example:3128" }, {}, never);
    expect(access?.polled.proxy_url).toBe("http://u:p@proxy.example:3128");
    expect(access?.shown.proxy_url).toBe("${PROXY_URL}");
    expect(access?.notes).toEqual(["Set PROXY_URL in the environment to the URL of the proxy."]);
  });

  test.each<[Partial<AccessFlags>, string]>([
    [{ basic: "u", digest: "u" }, "at most one of the flags"],
    [{ passwordFile: "p" }, "--auth.password-file needs"],
    [{ certFile: "c" }, "require each other"],
    [{ bearerFile: "/nonexistent/s3cret" }, "--auth.bearer-file: cannot read a file below / (ENOENT: no such file)"],
  ])("%j: %s", async (flags, message) => {
    await expect(readAccess({ ...NONE, ...flags }, {}, never)).rejects.toThrow(message);
  });

  test("an empty password is an error", async () => {
    await expect(readAccess({ ...NONE, basic: "u" }, {}, async () => "")).rejects.toThrow("expected a password");
  });
});
