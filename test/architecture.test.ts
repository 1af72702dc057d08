import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { TOWER } from "../tools/tower.ts";

/** The tower of folders (tools/tower.ts), and what else keeps src/ easy to read. */

const LEVELS = TOWER.map((rooms) => rooms.map(({ name }) => name));

const root = fileURLToPath(new URL("../", import.meta.url));
const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
  .sort();

/** The files in src/ that a file imports, as paths below src/; types too. */
const imports = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, "src", file), "utf8");
  return [...text.matchAll(/(?:from |import\(|import )"(\.[^"]+\.ts)"/g)].map(([, target = ""]) =>
    join(dirname(file), target),
  );
}

const roomOf = (file: string) => file.split("/")[0] ?? file;
const levelOf = (file: string) => LEVELS.findIndex((level) => level.includes(roomOf(file)));

test("every file stands on a level", () => {
  expect(files.filter((file) => levelOf(file) === -1)).toEqual([]);
});

test("every level has files", () => {
  const rooms = new Set(files.map(roomOf));
  expect(LEVELS.flat().filter((room) => !rooms.has(room))).toEqual([]);
});

describe("imports go down only", () => {
  test.each(LEVELS.flat())("%s", (room) => {
    const wrong = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) => (imports.get(file) ?? []).map((target) => ({ file, target })))
      .filter(({ file, target }) => roomOf(target) !== room && levelOf(target) <= levelOf(file))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(wrong).toEqual([]);
  });
});

test("one chain knows nothing of another", () => {
  const chainOf = (file: string) => /^chains\/([a-z]+)\//.exec(file)?.[1];
  const wrong = files.flatMap((file) =>
    (imports.get(file) ?? [])
      .filter((target) => chainOf(file) !== undefined && ![undefined, chainOf(file)].includes(chainOf(target)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("no files import each other in a circle", () => {
  expect(circles()).toEqual([]);
});

/** Each circle once, as the files on its way. */
function circles(): readonly string[] {
  const found: string[] = [];
  const isDone = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): void => {
    if (way.includes(file)) {
      found.push([...way.slice(way.indexOf(file)), file].join(" > "));
      return;
    }
    if (isDone.has(file)) return;
    way.push(file);
    for (const target of imports.get(file) ?? []) visit(target);
    way.pop();
    isDone.add(file);
  };
  for (const file of files) visit(file);
  return found;
}

test("no source file has more than 300 lines", () => {
  const long = files.filter((file) => readFileSync(join(root, "src", file), "utf8").split("\n").length > 301);
  expect(long).toEqual([]);
});
