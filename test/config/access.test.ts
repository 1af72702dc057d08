import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AUTH_KEYS, authField, type Credentials, tlsField } from "../../src/config/access.ts";
import { tempFolder } from "../support/servers.ts";

const auth = authField("/etc/peer-exporter/config.yaml");
const tls = tlsField("/etc/peer-exporter/config.yaml");

function problems(schema: typeof auth | typeof tls, value: unknown): readonly string[] {
  return schema.safeParse(value).error?.issues.map(({ path, message }) => [...path, message].join(": ")) ?? [];
}

function reveal({ auth: found }: Credentials): Promise<string> {
  if (found === undefined) throw new Error("no credentials");
  switch (found.kind) {
    case "cookie":
      return found.pair.reveal();
    case "bearer":
      return found.token.reveal();
    case "header":
      return found.value.reveal();
    default:
      return found.password.reveal();
  }
}

describe("auth", () => {
  test.each([
    [{ basic: { username: "monitor", password: "s3cret" } }, { kind: "basic", username: "monitor" }],
    [{ digest: { username: "monitor", password: "s3cret" } }, { kind: "digest", username: "monitor" }],
    [{ bearer: { token: "s3cret" } }, { kind: "bearer" }],
    [{ header: { name: "X-Api-Key", value: "s3cret" } }, { kind: "header", name: "X-Api-Key" }],
  ])("%j", async (value, expected) => {
    const found = auth.parse(value);
    expect(found).toMatchObject({ auth: expected, headers: [] });
    expect(await reveal(found)).toBe("s3cret");
  });

  test.each(["basic", "digest", "bearer", "header"])("%s takes its secret from a file", async (kind) => {
    const folder = tempFolder();
    const file = join(folder, "secret");
    writeFileSync(file, "first\n");
    const fields = {
      basic: { username: "a", password_file: "secret" },
      digest: { username: "a", password_file: "secret" },
      bearer: { token_file: "secret" },
      header: { name: "X-Key", value_file: "secret" },
    }[kind];
    const found = authField(join(folder, "config.yaml")).parse({ [kind]: fields });
    expect(await reveal(found)).toBe("first");
    writeFileSync(file, "second");
    expect(await reveal(found)).toBe("second");
    chmodSync(file, 0o600);
  });

  test.each([
    [{ headers: [{ name: "X-Api-Key", value: "k3y" }] }, undefined],
    [{ headers: [{ name: "X-Api-Key", value: "k3y" }], bearer: { token: "s3cret" } }, { kind: "bearer" }],
    [{ headers: [{ name: "X-Api-Key", value: "k3y" }], cookie_file: "c" }, { kind: "cookie" }],
  ])("%j", async (value, login) => {
    const { auth: found, headers } = auth.parse(value);
    if (login === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(login);
    expect(await Promise.all(headers.map(async ({ name, value: secret }) => [name, await secret.reveal()]))).toEqual([
      ["X-Api-Key", "k3y"],
    ]);
  });

  test("line ends and byte order marks around a secret are dropped", async () => {
    for (const token of ["s3cret\n", "s3cret\r\n", "\ufeffs3cret", "s3cret\n\r\n\n"]) {
      for (const value of [{ bearer: { token } }, { basic: { username: "a", password: token } }]) {
        expect(await reveal(auth.parse(value))).toBe("s3cret");
      }
      const [header] = auth.parse({ headers: [{ name: "X", value: token }] }).headers;
      expect(await header?.value.reveal()).toBe("s3cret");
    }
    expect(problems(auth, { bearer: { token: "\n" } })).toEqual(["bearer: token: expected a non-empty string"]);
  });

  test("a secret keeps all its characters", async () => {
    for (const token of [" ", "\u{1f511}", "a:b", "<secret>", "$$", "x".repeat(5000)]) {
      expect(await reveal(auth.parse({ bearer: { token } }))).toBe(token);
    }
  });

  const KINDS = "expected exactly one of basic, digest, bearer, header and cookie_file";
  const UNKNOWN = "unknown key; valid here: basic, digest, bearer, header, cookie_file, headers";
  test.each<[unknown, readonly string[]]>([
    [{}, [KINDS]],
    [{ basic: undefined }, [KINDS]],
    [{ basic: { username: "a", password: "b" }, bearer: { token: "c" } }, [KINDS]],
    [{ bearer: { token: "c" }, header: { name: "a", value: "b" } }, [KINDS]],
    [{ oauth2: {}, bearer: { token: "c" } }, [UNKNOWN]],
    [{ basic: {} }, ["basic: username: Invalid input: expected string, received undefined"]],
    [{ basic: { username: "a" } }, ["basic: expected exactly one of password and password_file"]],
    [
      { digest: { username: "a", password: "b", password_file: "c" } },
      ["digest: expected exactly one of password and password_file"],
    ],
    [{ bearer: {} }, ["bearer: expected exactly one of token and token_file"]],
    [{ bearer: { token: "a", token_file: "b" } }, ["bearer: expected exactly one of token and token_file"]],
    [{ header: { name: "a" } }, ["header: expected exactly one of value and value_file"]],
    [{ bearer: { token: "" } }, ["bearer: token: expected a non-empty string"]],
    [{ bearer: { token_file: "" } }, ["bearer: token_file: expected a path"]],
  ])("refuses %j", (value, expected) => {
    expect(problems(auth, value)).toEqual(expected);
  });

  test.each(["a:b", "", "a\n", "a\u007f", "\u0000"])("%j is not a user name", (username) => {
    expect(problems(auth, { basic: { username, password: "a" } })).toEqual([
      "basic: username: expected a user name without colons and control characters",
    ]);
  });

  test.each(["", "X Key", "X:Key", "X\r\nKey", "Schlüssel", "X(Key)"])("%j is not the name of a header", (name) => {
    expect(problems(auth, { header: { name, value: "a" } })).toEqual([
      "header: name: expected the name of an HTTP header",
    ]);
  });

  test("the list of keys that errors may show is complete", () => {
    const { headers, cookie_file: _, ...kinds } = auth.def.in.def.shape;
    const keys = new Set(Object.keys(auth.def.in.def.shape));
    const blocks = [...Object.values(kinds).map((kind) => kind.def.innerType), headers.def.innerType.def.element];
    for (const block of blocks) for (const key of Object.keys(block.def.in.def.shape)) keys.add(key);
    expect([...keys].sort()).toEqual([...AUTH_KEYS].sort());
  });
});

const HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const PEER_ID = Buffer.from(HEX, "hex").toString("base64url");

describe("tls", () => {
  test.each([
    [{ pin: PEER_ID }, { kind: "pin", sha256: Buffer.from(HEX, "hex") }],
    [{ pin: `${PEER_ID}=` }, { kind: "pin", sha256: Buffer.from(HEX, "hex") }],
    [{ pin: HEX.toUpperCase() }, { kind: "pin", sha256: Buffer.from(HEX, "hex") }],
    [{ pin: HEX.match(/../g)?.join(":") }, { kind: "pin", sha256: Buffer.from(HEX, "hex") }],
    [{ ca_file: "ca.pem" }, { kind: "ca", caFile: "/etc/peer-exporter/ca.pem", serverName: undefined }],
    [{ server_name: "node.internal" }, { kind: "ca", caFile: undefined, serverName: "node.internal" }],
    [
      { ca_file: "/ca.pem", server_name: "node.internal", insecure: false },
      { kind: "ca", caFile: "/ca.pem", serverName: "node.internal" },
    ],
    [
      { pin: PEER_ID, insecure: false },
      { kind: "pin", sha256: Buffer.from(HEX, "hex") },
    ],
    [{ insecure: true }, { kind: "insecure" }],
    [{ insecure: false }, { kind: "ca" }],
  ])("%j", (value, expected) => {
    expect(tls.parse(value)).toEqual({ verification: expected, clientCertificate: undefined });
  });

  test.each([
    [{}, { kind: "ca" }],
    [{ insecure: true }, { kind: "insecure" }],
    [{ pin: PEER_ID }, { kind: "pin", sha256: Buffer.from(HEX, "hex") }],
    [{ ca_file: "/ca.pem" }, { kind: "ca", caFile: "/ca.pem", serverName: undefined }],
  ])("%j beside a client certificate", (value, verification) => {
    const files = { cert_file: "client.crt", key_file: "/etc/client.key" };
    expect(tls.parse({ ...value, ...files })).toEqual({
      verification,
      clientCertificate: { certFile: "/etc/peer-exporter/client.crt", keyFile: "/etc/client.key" },
    });
  });

  const ONE = "expected exactly one of pin, ca_file (with server_name) and insecure";
  test.each<[unknown, readonly string[]]>([
    [{}, [ONE]],
    [{ pin: PEER_ID, insecure: true }, [ONE]],
    [{ pin: PEER_ID, ca_file: "ca.pem" }, [ONE]],
    [{ pin: PEER_ID, server_name: "a" }, [ONE]],
    [{ insecure: true, ca_file: "ca.pem" }, [ONE]],
    [{ insecure: true, server_name: "a" }, [ONE]],
    [
      { insecure: true, ca: "ca.pem" },
      ["unknown key; valid here: pin, ca_file, server_name, insecure, cert_file, key_file"],
    ],
    [{ insecure: true, cert_file: "a" }, ["cert_file: requires key_file: a certificate and its key"]],
    [{ key_file: "a" }, ["key_file: requires cert_file: a certificate and its key"]],
    [{ cert_file: "", key_file: "a" }, ["cert_file: expected a path"]],
    [{ ca_file: "" }, ["ca_file: expected a path"]],
    [{ server_name: "a\r\nb" }, ["server_name: expected visible ASCII characters"]],
  ])("refuses %j", (value, expected) => {
    expect(problems(tls, value)).toEqual(expected);
  });

  test.each([
    "",
    "abc",
    PEER_ID.slice(1),
    `${PEER_ID}A`,
    `${HEX}00`,
    HEX.slice(2),
    `sha256/${PEER_ID}`,
    `${PEER_ID}\n`,
  ])("%j is not a pin", (pin) => {
    expect(problems(tls, { pin })).toEqual([
      "pin: expected a chainweb peer id (43 characters) or the SHA-256 of the certificate in hex",
    ]);
  });
});
