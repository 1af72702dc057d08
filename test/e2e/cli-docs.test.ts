import { describe, expect, test } from "vitest";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import { PEER_COLUMNS } from "../../src/cli/sort-order.ts";
import { cliDocument } from "../../tools/documents/cli.ts";
import { textOf } from "../../tools/repository.ts";

const document = textOf("docs/cli.md");

test("docs/cli.md shows what the program prints (npm run docs)", async () => {
  expect(document.match(/^```console$/gm)?.length).toBeGreaterThan(3);
  expect(await cliDocument(document)).toBe(document);
});

describe("what the document names", () => {
  const help = (...args: readonly string[]) => {
    let out = "";
    parseArguments([...args, "--help"], "1", {
      out: (text) => {
        out += text;
      },
      err: () => {},
    });
    return out;
  };
  const commands = [...help().matchAll(/^ {2}([a-z-]+)(?: \[options\])?(?: [[<]\w+[\]>])* {2,}/gm)].map(
    ([, name = ""]) => name,
  );

  test("every command", () => {
    expect(commands).toContain("discover");
    for (const name of commands.filter((one) => one !== "help")) expect(document).toMatch(new RegExp(`\`${name}[ \`]`));
  });

  test("every flag that only these commands have", () => {
    for (const name of ["check", "peers", "probe"]) {
      for (const [flag] of help(name).matchAll(/--[a-z.-]+/g)) {
        if (!flag.includes(".") && flag !== "--help") expect(document).toContain(flag);
      }
    }
  });

  test("every column", () => {
    for (const column of PEER_COLUMNS) expect(document).toContain(`\`${column}\``);
  });
});
