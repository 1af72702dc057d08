// Joins the files of a build that are always loaded together: opening and resolving a file takes Node.js a fifth of a
// millisecond, and the start would need fifty.
import { basename } from "node:path";

/**
 * @typedef {{ name: string, code: string, entry: string | undefined, imports: readonly string[] }} File a CommonJS file, with
 *   the source that it is the entry for, if any, and the names of the files that it always loads
 */

/**
 * @typedef {{ entry: string, later?: readonly string[] }} Joined sources that become one file, with all that they load and no
 *   earlier one does. It has the name of the entry's own file; `later` are those that only some runs load, by import().
 */

/**
 * @param {readonly File[]} files
 * @param {readonly Joined[]} wanted the first one runs the program
 * @returns {readonly { name: string, code: string }[]}
 * @throws Error if the bundler writes something else than is expected here
 */
export function joinFiles(files, wanted) {
  const byName = new Map(files.map((file) => [file.name, file]));
  const ofSource = (source) => {
    const file = files.find(({ entry }) => entry === source);
    if (file === undefined) throw new Error(`${source} is no entry of the build: is it still loaded by import()?`);
    return file;
  };
  /** The name of the joined file by the name of the file that it contains. */
  const homes = new Map();
  const joined = wanted.map(({ entry, later = [] }) => {
    const head = ofSource(entry);
    const parts = partsOf(head, head, byName, homes);
    const own = later.map(ofSource).filter(({ name }) => !homes.has(name));
    return { head, parts, laterParts: own.flatMap((file) => partsOf(file, head, byName, homes)) };
  });
  const single = files.filter(({ name }) => !homes.has(name));
  return [
    ...joined.map((file, index) => ({ name: file.head.name, code: joinedCode(file, homes, index === 0) })),
    ...single.map((file) => ({ name: file.name, code: withHomes(file, homes, undefined) })),
  ];
}

/** The file and all that it always loads, unless they have a home already. Their home is that of the head. */
function partsOf(file, head, byName, homes) {
  const parts = [file];
  homes.set(file.name, head.name);
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
 * A file whose export is a function that runs the part of a name, once. The parentheses around a part tell the engine to
 * compile it immediately, instead of reading it first for its end; it does not compile the later ones before they run.
 */
function joinedCode({ head, parts, laterParts }, homes, isProgram) {
  const [hashbang = ""] = /^#![^\n]*\n/.exec(head.code) ?? [];
  const asFunction = (part) => `function(module,exports){${withHomes(part, homes, head.name).trim()}\n}`;
  const texts = [
    ...parts.map((part) => `${JSON.stringify(part.name)}:(${asFunction(part)})`),
    ...laterParts.map((part) => `${JSON.stringify(part.name)}:${asFunction(part)}`),
  ];
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

/**
 * The code, without a hashbang, with the parts of joined files taken from there.
 * @throws Error if a file that it always loads is not asked for in the form that is known here
 */
function withHomes({ name: file, code, imports }, homes, own) {
  const missed = new Set(imports);
  const changed = code.replace(/^#![^\n]*\n/, "").replace(/\brequire\("\.\/([^"/]+)"\)/g, (text, name) => {
    missed.delete(name);
    const home = homes.get(name);
    if (home === undefined) return text;
    return `${home === own ? "$load" : `require("./${home}")`}(${JSON.stringify(name)})`;
  });
  if (missed.size > 0) {
    throw new Error(
      `scripts/join-files.mjs: expected require("./${[...missed][0]}") in ${file}, found none: the bundler's output has changed`,
    );
  }
  return changed;
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
