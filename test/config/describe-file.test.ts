import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeFile } from "../../src/config/describe-file.ts";
import { tempFolder } from "../support/servers.ts";

const folder = tempFolder();
writeFileSync(join(folder, "token"), "x");
mkdirSync(join(folder, "there"));
symlinkSync("nowhere", join(folder, "link"));

describe("a file in an error", () => {
  test("is named where it exists", async () => {
    expect(await describeFile(join(folder, "token"))).toBe(join(folder, "token"));
    expect(await describeFile(join(folder, "token"), "CA file")).toBe(`the CA file ${join(folder, "token")}`);
  });

  test("is named where it is a link to nothing", async () => {
    expect(await describeFile(join(folder, "link"))).toBe(join(folder, "link"));
  });

  test.each([
    ["a bare word", "hunter2", ""],
    ["a word in a folder", "there/hunter2", "/there"],
    ["something below a file", "token/hunter2", "/token"],
    ["a name that is too long for the system", "h".repeat(5000), ""],
    ["a name with NUL", "hunter2\0", ""],
    ["a name with a line break", "hunter\n2", ""],
  ])("shows no part of %s that does not exist", async (_, name, shown) => {
    expect(await describeFile(`${folder}/${name}`)).toBe(`a file in ${folder}${shown}`);
  });

  test("shows no part of a secret with slashes", async () => {
    expect(await describeFile(join(folder, "hun/ter/2")), "secret file").toBe(`a file below ${folder}`);
    expect(await describeFile("/hun/ter2")).toBe("a file below /");
  });
});
