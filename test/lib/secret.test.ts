import { chmodSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { errorCode } from "../../src/lib/errno.ts";
import { fileSecret, inlineSecret, MASK, printsAs } from "../../src/lib/secret.ts";
import { tempFolder } from "../support/servers.ts";

function secretFile(content: string): string {
  const path = join(tempFolder(), "c4nary-is-no-part-of-the-name");
  writeFileSync(path, content);
  return path;
}

describe.each([
  ["an inline secret", () => inlineSecret("c4nary")],
  ["a secret in a file", () => fileSecret(secretFile("c4nary"))],
])("%s", (_, create) => {
  it("is revealed when asked", async () => {
    expect(await create().reveal()).toBe("c4nary");
  });

  it("prints as <secret> in every way, also after it was revealed", async () => {
    const secret = create();
    await secret.reveal();
    expect(`${secret}`).toBe(MASK);
    expect(JSON.stringify({ password: secret })).toBe('{"password":"<secret>"}');
    expect(inspect({ password: secret }, { depth: 9, showHidden: true })).toBe("{ password: <secret> }");
    const others = [
      format("%s %o %j", secret, secret, secret),
      inspect([{ ...secret }]),
      JSON.stringify([{ ...secret }]),
    ];
    for (const text of [...others, Object.values(secret).join(), String(Object.entries(secret))]) {
      expect(text).not.toContain("c4nary");
    }
  });
});

describe("an inline secret", () => {
  it.each(["", " ", "\na\nb", "é\u2028🦀"])("is kept as it is: %j", async (text) => {
    expect(await inlineSecret(text).reveal()).toBe(text);
  });
});

describe("a secret in a file", () => {
  it.each([
    ["no line end", "s3cret", "s3cret"],
    ["one line end, which is no part of it", "s3cret\n", "s3cret"],
    ["a line end of Windows", "s3cret\r\n", "s3cret"],
    ["several line ends", "s3cret\n\r\n\n", "s3cret"],
    ["a byte order mark", "\ufeffs3cret\n", "s3cret"],
    ["a line end inside", "s3\ncret\n", "s3\ncret"],
    ["blanks", " s3 cret \t\n", " s3 cret \t"],
    ["nothing", "", ""],
    ["UTF-8", "пароль\n", "пароль"],
  ])("may have %s", async (_, content, secret) => {
    expect(await fileSecret(secretFile(content)).reveal()).toBe(secret);
  });

  it("is read again each time", async () => {
    const path = secretFile("first");
    const secret = fileSecret(path);
    expect(await secret.reveal()).toBe("first");
    writeFileSync(path, "second");
    expect(await secret.reveal()).toBe("second");
    unlinkSync(path);
    await expect(secret.reveal()).rejects.toThrow("ENOENT");
    writeFileSync(path, "third");
    expect(await secret.reveal()).toBe("third");
  });

  it("is followed through the links by which Kubernetes changes it", async () => {
    const folder = tempFolder();
    for (const version of ["one", "two"]) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, "password"), version);
    }
    symlinkSync("one", join(folder, "data"));
    symlinkSync(join("data", "password"), join(folder, "password"));
    const secret = fileSecret(join(folder, "password"));
    expect(await secret.reveal()).toBe("one");
    symlinkSync("two", join(folder, "next"));
    renameSync(join(folder, "next"), join(folder, "data"));
    expect(await secret.reveal()).toBe("two");
  });

  it("is not read before it is asked for", () => {
    expect(() => fileSecret("/nowhere/at/all")).not.toThrow();
  });

  it("that is missing is an error with the folder and the code, and not with the name, which may be the secret", async () => {
    const folder = tempFolder();
    await expect(fileSecret(join(folder, "hunter2")).reveal()).rejects.toThrow(
      `cannot read a secret file in ${folder} (ENOENT: no such file)`,
    );
  });

  it("that is a folder is an error", async () => {
    await expect(fileSecret(tempFolder()).reveal()).rejects.toThrow("(EISDIR: it is a folder)");
  });

  it.skipIf(process.getuid?.() === 0)("that this user may not read is an error", async () => {
    const path = secretFile("c4nary");
    chmodSync(path, 0);
    await expect(fileSecret(path).reveal()).rejects.toThrow("(EACCES: permission denied)");
  });
});

describe("printsAs", () => {
  it("hides what an object holds and leaves it usable", () => {
    const value = printsAs("a label", { token: "c4nary" });
    expect(value.token).toBe("c4nary");
    expect(JSON.stringify([value])).toBe('["a label"]');
    expect(inspect([value])).toBe("[ a label ]");
    expect(Object.keys(value)).toEqual(["token"]);
  });
});

describe("errorCode", () => {
  it.each([
    ["of a system error", Object.assign(new Error("c4nary"), { code: "ENOENT" }), "ENOENT"],
    ["of an error without one", new Error("c4nary"), "unknown error"],
    ["of an error with a number", Object.assign(new Error("c4nary"), { code: 7 }), "unknown error"],
    ["of something thrown", "c4nary", "unknown error"],
    ["of nothing", undefined, "unknown error"],
  ])("%s", (_, error, code) => {
    expect(errorCode(error)).toBe(code);
  });
});
