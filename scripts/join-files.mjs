// Joins the files of a build that are always loaded together: opening and resolving a file takes Node.js a fifth of a
// millisecond, and the start would need fifty.
import { basename } from "node:path";

/**
 * @typedef {{ name: string, code: string, entry: string | undefined, imports: readonly string[] }} File a CommonJS file, with
 *   the source that it is the entry for, if any, and the names of the files that it always loads
 */

/**
 * @param {readonly File[]} files
 * @param {readonly string[]} entries sources: what one of them loads, and no earlier one, becomes one file, with the name of
 *   the source's own file. The first one runs the program.
 * @returns {readonly { name: string, code: string }[]}
 */
export function joinFiles(files, entries) {
  const byName = new Map(files.map((file) => [file.name, file]));
  const heads = entries.map((entry) => {
    const head = files.find((file) => file.entry === entry);
    if (head === undefined) throw new Error(`${entry} is no entry of the build: is it still loaded by import()?`);
    return head;
  });
  /** The name of the joined file by the name of the file that it contains. */
  const homes = new Map();
  const joined = heads.map((head) => ({ head, parts: partsOf(head, byName, homes) }));
  const single = files.filter(({ name }) => !homes.has(name));
  return [
    ...joined.map(({ head, parts }) => ({
      name: head.name,
      code: joinedCode(head, parts, homes, head === heads[0]),
    })),
    ...single.map(({ name, code }) => ({ name, code: withHomes(code, homes, undefined) })),
  ];
}

/** The file and all that it always loads, unless they have a home already. */
function partsOf(head, byName, homes) {
  const parts = [head];
  homes.set(head.name, head.name);
  for (const part of parts) {
    for (const name of part.imports) {
      if (homes.has(name)) continue;
      homes.set(name, head.name);
      parts.push(byName.get(name));
    }
  }
  return parts;
}

/**
 * A file whose export is a function that runs the part of a name, once. The parentheses around each part tell the engine to
 * compile it at once, instead of reading it first for its end.
 */
function joinedCode(head, parts, homes, isProgram) {
  const [, hashbang = "", first] = /^(#![^\n]*\n)?(.*)$/s.exec(head.code);
  const codes = parts.map((part) => ({ name: part.name, code: part === head ? first : part.code }));
  const texts = codes.map(
    ({ name, code }) =>
      `${JSON.stringify(name)}:(function(module,exports){${withHomes(code, homes, head.name).trim()}\n})`,
  );
  return `${hashbang}"use strict";
const $parts={${texts.join(",\n")}};
const $loaded=Object.create(null);
function $load(name){
let module=$loaded[name];
if(module===undefined){module=$loaded[name]={exports:{}};$parts[name](module,module.exports);$parts[name]=undefined}
return module.exports
}
module.exports=$load;
${isProgram ? `$load(${JSON.stringify(head.name)});\n` : ""}`;
}

/** The code with the parts of joined files taken from there. */
function withHomes(code, homes, own) {
  return code.replace(/\brequire\("\.\/([^"/]+)"\)/g, (text, name) => {
    const home = homes.get(name);
    if (home === undefined) return text;
    return `${home === own ? "$load" : `require("./${home}")`}(${JSON.stringify(name)})`;
  });
}

/**
 * @param {import("esbuild").Metafile} metafile of a build with splitting
 * @param {ReadonlyMap<string, string>} codes the CommonJS code by the name of the file
 * @returns {readonly File[]}
 */
export function filesOf(metafile, codes) {
  return Object.entries(metafile.outputs).map(([path, { entryPoint, imports }]) => {
    const own = imports.filter(({ external, kind }) => external !== true && kind === "import-statement");
    const name = basename(path);
    return { name, code: codes.get(name), entry: entryPoint, imports: own.map((each) => basename(each.path)) };
  });
}
