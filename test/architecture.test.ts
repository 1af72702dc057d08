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

test("every file is on a level", () => {
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

test("one chain does not import another", () => {
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

test("a source file has 25 to 300 lines; index files may be shorter", () => {
  const odd = files
    .map((file) => ({ file, lines: readFileSync(join(root, "src", file), "utf8").split("\n").length - 1 }))
    .filter(({ file, lines }) => lines > 300 || (lines < 25 && !file.endsWith("/index.ts")));
  expect(odd).toEqual([]);
});

test("every export is imported by another file", () => {
  const importers = ["src", "tools", "grafana", "test", "bench"].flatMap(sourcesBelow);
  const imported = new Set(importers.flatMap(namesImportedBy));
  const unused = files.flatMap((file) =>
    exportsOf(file)
      .filter((name) => !imported.has(`src/${file} ${name}`) && !imported.has(`src/${file} *`))
      .map((name) => `${file}: ${name}`),
  );
  expect(unused).toEqual([]);
});

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:ts|mjs)$/.test(file))
    .map((file) => join(folder, file));
}

function exportsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, "src", file), "utf8");
  return [...text.matchAll(/^export (?:async )?(?:function\*?|const|class|type) (\w+)/gm)].map(([, name = ""]) => name);
}

/** `src/lib/abort.ts Signal` for each name that a file imports, and `src/lib/abort.ts *` for a whole module. */
function namesImportedBy(file: string): readonly string[] {
  const text = readFileSync(join(root, file), "utf8");
  const named = text.matchAll(/(?:import|export)(?: type)? (?:\w+, )?\{([^}]*)\} from "((?:\.|src:)[^"]+)"/g);
  const whole = text.matchAll(/(?:import\(|\* as \w+ from )"((?:\.|src:)[^"]+)"/g);
  const pathOf = (target: string) =>
    target.startsWith("src:") ? target.replace(":", "/") : join(dirname(file), target);
  return [
    ...[...named].flatMap(([, names = "", target = ""]) =>
      names
        .split(",")
        .map((name) =>
          name
            .trim()
            .replace(/^type /, "")
            .replace(/ as .*/, ""),
        )
        .map((name) => `${pathOf(target)} ${name}`),
    ),
    ...[...whole].map(([, target = ""]) => `${pathOf(target)} *`),
  ];
}
