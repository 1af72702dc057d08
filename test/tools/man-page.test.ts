import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProgram, visibleCommands } from "../../src/cli/parse-arguments.ts";
import { manPage } from "../../tools/documents/man-page.ts";
import { escaped, plainSentence } from "../../tools/documents/man-text.ts";
import { textOf } from "../../tools/repository.ts";
import { findProgram, run, tempFolder } from "../support/servers.ts";

const page = manPage({ version: "1.2.3", date: "2026-11-30", reference: textOf("docs/cli.md") });
const program = createProgram("", { out: () => {}, err: () => {} }, () => {});

describe("the man page", () => {
  test("has the usual sections, in the usual order", () => {
    expect([...page.matchAll(/^\.SH (.*)$/gm)].map(([, title]) => title)).toEqual([
      ...["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "FILES", '"EXIT STATUS"', "ENVIRONMENT", "SIGNALS"],
      ...["EXAMPLES", '"SEE ALSO"'],
    ]);
    expect(page).toMatch(/^\.TH PEER-EXPORTER 1 "2026-11-30" "peer-exporter 1\.2\.3"/);
  });

  test("has every command of --help, and every flag", () => {
    for (const name of visibleCommands(program)) if (name !== "help") expect(page).toContain(`\n.SS ${name}\n`);
    const commands = [program, ...program.commands.filter((one) => visibleCommands(program).includes(one.name()))];
    const flags = commands.flatMap(({ options }) => options.flatMap(({ long }) => long ?? []));
    expect(flags.length).toBeGreaterThan(20);
    for (const flag of flags) expect(page).toContain(escaped(flag));
  });

  test("has every exit code of docs/cli.md", () => {
    for (const code of ["0", "1", "2", "70", "130, 143"]) expect(page).toContain(`.TP\n\\fB${code}\\fR\n`);
  });

  test.skipIf(findProgram("man") === undefined)("is formatted without a warning", async () => {
    const file = join(tempFolder(), "peer-exporter.1");
    writeFileSync(file, page);
    const { stdout, output } = await run("man", ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", file], {
      env: { MANWIDTH: "80", MANPAGER: "cat", LANG: "C.UTF-8" },
    });
    expect(output).toBe(stdout);
    expect(stdout).toContain("--config.file=config.yaml");
  });
});

test("text has no meaning for the formatter", () => {
  expect(escaped(".\\-'`^~")).toBe("\\&.\\e\\-\\(aq\\(ga\\(ha\\(ti");
});

test.each([
  ["print this", "Print this."],
  ["json for machines", "json for machines."],
  ["URL or path", "URL or path."],
  ["Ends.", "Ends."],
])("%j as a sentence", (text, sentence) => {
  expect(plainSentence(text)).toBe(sentence);
});
