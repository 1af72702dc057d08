import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { control, debianVersion, dependsOn, installedSize } from "../../../scripts/packages/deb-control.mjs";
import { changelog, copyright } from "../../../scripts/packages/deb-documents.mjs";
import { neededVersions } from "../../../scripts/packages/elf.mjs";
import { parseConfig } from "../../../src/config/parse.ts";
import { readYamlFile } from "../../../src/schema/yaml-file.ts";
import { findProgram, run } from "../../support/servers.ts";

/** What the package for Debian says about itself; test/packages/deb.test.ts installs the whole. */

const FOLDER = fileURLToPath(new URL("../../../scripts/packages/debian", import.meta.url));

describe("Depends", () => {
  test("names the oldest packages with all needed versions of symbols", () => {
    const needed = new Map([
      ["libm.so.6", ["GLIBC_2.27", "GLIBC_2.2.5"]],
      ["libc.so.6", ["GLIBC_2.9", "GLIBC_2.28", "GLIBC_2.3.4"]],
      ["libstdc++.so.6", ["GLIBCXX_3.4.22", "CXXABI_1.3.9", "GLIBCXX_3.4"]],
      ["libgcc_s.so.1", ["GCC_3.0", "GCC_4.2.0"]],
    ]);
    expect(dependsOn(needed)).toBe("libc6 (>= 2.28), libgcc-s1 (>= 4.2), libstdc++6 (>= 6)");
  });

  test.each([
    ["libatomic.so.1", ["LIBATOMIC_1.0"], "libatomic.so.1: no package of Debian is known here that has it"],
    ["libstdc++.so.6", ["GLIBCXX_3.4.99"], "no package of Debian is known here that has GLIBCXX_3.4.99"],
    ["libc.so.6", [], "libc.so.6: expected versions GLIBC_"],
  ])("does not guess what %s needs", (library, versions, message) => {
    expect(() => dependsOn(new Map([[library, versions]]))).toThrow(message);
  });

  test.skipIf(process.platform !== "linux")("is read from an executable, here the shell", () => {
    const versions = neededVersions(readFileSync("/bin/sh")).get("libc.so.6") ?? [];
    expect(versions.length).toBeGreaterThan(0);
    expect(versions.filter((version) => !/^GLIBC_[\d.]+$/.test(version))).toEqual([]);
  });

  test.each([
    ["a text", Buffer.from("#!/bin/sh\n")],
    ["an executable of 32 bits", Buffer.from("\x7fELF\x01\x01", "latin1")],
  ])("is not read from %s", (_, file) => {
    expect(() => neededVersions(file)).toThrow("expected an ELF file of 64 bits");
  });
});

test("the control file has the fields that dpkg needs, and a description of short lines", () => {
  const text = control({ version: "1.0.0-rc.1", arch: "arm64", depends: "libc6 (>= 2.28)", installedSize: 7 });
  const names = [...text.matchAll(/^([A-Z][\w-]+): ./gm)].map(([, name]) => name);
  expect(names).toEqual([
    ...["Package", "Version", "Architecture", "Maintainer", "Installed-Size", "Depends", "Suggests", "Section"],
    ...["Priority", "Homepage", "Description"],
  ]);
  expect(text).toContain("Version: 1.0.0~rc.1\n");
  expect(text.endsWith("\n") && !text.includes("\n\n")).toBe(true);
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

test("sizes and versions are as dpkg counts them", () => {
  expect(installedSize([1, 1024, 1025], 3)).toBe(7);
  expect(debianVersion("0.2.0")).toBe("0.2.0");
});

describe("copyright", () => {
  const apache = `      Apache License\n   Version 2.0, January 2004\n\n1. Definitions.\n\n   END OF TERMS AND CONDITIONS\n`;
  const text = copyright(
    [{ name: "zod", version: "4.0.0", license: "MIT", text: "Copyright (c) 2025 A B\n\nDo it." }],
    {
      version: "22.0.0",
      licence: `Copyright Node.js contributors.\n\n${apache}rest`,
    },
  );

  test("has the texts of all licences, in fields", () => {
    expect(text).toContain(
      "Files: node_modules/zod/*\nCopyright: 2025 A B\nLicense: MIT\n Copyright (c) 2025 A B\n .\n Do it.\n",
    );
    expect(text.split("\n").filter((line) => line !== "" && !/^(?: \S| {2,}\S|[A-Z][\w-]+: )/.test(line))).toEqual([]);
  });

  test("names the file of a licence that every Debian has", () => {
    expect(text).not.toContain("1. Definitions.");
    expect(text).toContain("/usr/share/common-licenses/Apache-2.0");
    expect(text).toContain("\n rest\n");
  });
});

describe("changelog", () => {
  const history =
    "# Changelog\n\nIntro.\n\n## Unreleased\n\n### Added\n\n- One `thing`\n  and [more](docs/a.md).\n- Two.\n\n## 0.1.0 - 2026-11-01\n\n- First.\n";

  test("gives what is not released to the version that is made", () => {
    expect(changelog({ text: history, version: "0.2.0", epoch: 1796065345 })).toBe(
      "peer-exporter (0.2.0) unstable; urgency=medium\n\n  * One thing and more.\n  * Two.\n\n" +
        " -- peer-exporter maintainers <peer-exporter@users.noreply.github.com>  Mon, 30 Nov 2026 19:02:25 +0000\n\n" +
        "peer-exporter (0.1.0) unstable; urgency=medium\n\n  * First.\n\n" +
        " -- peer-exporter maintainers <peer-exporter@users.noreply.github.com>  Sun, 01 Nov 2026 00:00:00 +0000\n",
    );
  });

  test("leaves it out where the version has a section", () => {
    expect(changelog({ text: history, version: "0.1.0", epoch: 0 })).not.toContain("Two.");
  });
});

describe("maintainer scripts", () => {
  const scripts = readdirSync(FOLDER).filter((name) =>
    readFileSync(join(FOLDER, name), "utf8").startsWith("#!/bin/sh"),
  );
  const shells = ["sh", "dash", "posh"].filter((shell) => findProgram(shell) !== undefined);

  test("are those that dpkg calls", () => {
    expect(scripts.sort()).toEqual(["postinst", "postrm", "preinst", "prerm"]);
  });

  test.each(scripts)("%s is a program for any shell of POSIX, and ends at the first error", async (script) => {
    const file = join(FOLDER, script);
    expect(readFileSync(file, "utf8")).toMatch(/^#!\/bin\/sh\n(?:#.*\n)+set -e\n/);
    for (const shell of shells) expect(await run(shell, ["-n", file])).toMatchObject({ code: 0, output: "" });
    if (findProgram("shellcheck") !== undefined) {
      expect(await run("shellcheck", [file])).toMatchObject({ code: 0, output: "" });
    }
  });
});

test("the first configuration is valid, and its example too", async () => {
  const file = join(FOLDER, "config.yaml");
  const document = await readYamlFile(file, 100_000, {});
  expect(JSON.stringify(document)).toContain('"nodes":[]');
  const text = readFileSync(file, "utf8");
  const example = text.replace(/^nodes: \[\]\n/m, "").replaceAll(/^#(?=nodes:| {2}- name: | {4}\w)/gm, "");
  expect(example).toMatch(/^nodes:\n {2}- name: monero-1\n {4}chain: monero\n {4}url: \S+\n$/m);
  expect(parseConfig({ nodes: [] }, file)).toMatchObject({ ok: true });
});
