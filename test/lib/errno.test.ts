import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeFile, FileError } from "../../src/lib/errno.ts";
import { tempFolder } from "../support/servers.ts";

const folder = tempFolder();
writeFileSync(join(folder, "token"), "x");
mkdirSync(join(folder, "there"));
symlinkSync("nowhere", join(folder, "link"));

const NOT_READ = Object.assign(new Error("not read"), { code: "ENOENT" });

describe("a file in an error", () => {
  test("is named where it exists", async () => {
    expect(await describeFile(join(folder, "token"), NOT_READ)).toBe(join(folder, "token"));
    expect(await describeFile(join(folder, "token"), NOT_READ, "CA file")).toBe(`the CA file ${join(folder, "token")}`);
  });

  test("is named where it is a link to nothing", async () => {
    expect(await describeFile(join(folder, "link"), NOT_READ)).toBe(join(folder, "link"));
  });

  test("is named where it hangs, and is not looked for again", async () => {
    expect(await describeFile("/dead/mount/token", new FileError("it hangs"))).toBe("/dead/mount/token");
  });

  test.each([
    ["a bare word", "hunter2", ""],
    ["a word in a folder", "there/hunter2", "/there"],
    ["something below a file", "token/hunter2", "/token"],
    ["a name that is too long for the system", "h".repeat(5000), ""],
    ["a name with NUL", "hunter2\0", ""],
    ["a name with a line break", "hunter\n2", ""],
  ])("shows no part of %s that does not exist", async (_, name, shown) => {
    expect(await describeFile(`${folder}/${name}`, NOT_READ)).toBe(`a file in ${folder}${shown}`);
  });

  test("shows no part of a secret with slashes", async () => {
    expect(await describeFile(join(folder, "hun/ter/2"), NOT_READ, "secret file")).toBe(
      `a secret file below ${folder}`,
    );
    expect(await describeFile("/hun/ter2", NOT_READ)).toBe("a file below /");
  });
});
