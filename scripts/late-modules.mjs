// Modules that a start does not need are loaded when something of them is used first. Each takes up to two milliseconds, with
// those that it loads itself.

/** Of Node.js. */
const LATE = ["child_process", "crypto", "dns/promises", "fs/promises", "https", "tls", "v8", "worker_threads", "zlib"];

/** How the bundler calls require; the last two are for libraries that are CommonJS themselves. */
const REQUIRE = String.raw`(?:require|__require|\(0,[\w$]+\.__require\))`;

/** How it gives CommonJS the default export of an ES module. */
const TO_ESM = String.raw`(?:__toESM|\(0,[\w$]+\.__toESM\))`;

const BUILT_IN = String.raw`${REQUIRE}\("(?:node:)?(${LATE.join("|")})"\)`;

/** `name=require("node:tls")`: what follows shows that the variable is the whole module. */
const VARIABLE = new RegExp(String.raw`(?<=\b[\w$]+=)(?:${BUILT_IN}|${TO_ESM}\(${BUILT_IN}(?:,1)?\))(?=[,;\n])`, "g");

/** What may stay: import(), `{part}=require("node:tls")`, which takes it out immediately, and a statement of its own. */
const LEFT = new RegExp(String.raw`(?<!=>|=>${TO_ESM}\(|\}=|;)(?<![\w$.,])${BUILT_IN}`);

/** node-cron, as only some nodes are polled at the times of an expression. */
const LIBRARY = "node_cron";
const LIBRARY_VARIABLE = new RegExp(
  String.raw`(?<=\bimport_${LIBRARY}\d*=)${TO_ESM}\((?:\(0,[\w$]+\.require_${LIBRARY}\)|require_${LIBRARY})\(\),1\)`,
  "g",
);

const HELPER = "const $late=load=>{let module;return new Proxy({},{get:(_,key)=>(module??=load())[key]})};";

/**
 * @param {ReadonlyMap<string, string>} codes CommonJS as the bundler writes it, by the name of the file:
 *   `import_node_tls=require("node:tls")`, and `import_node_tls.connect` where it is used
 * @returns {ReadonlyMap<string, string>}
 * @throws Error if the bundler writes something else than is expected here
 */
export function lateModules(codes) {
  const missed = new Set([...LATE, LIBRARY]);
  const late = [...codes].map(([file, code]) => [file, lateIn(file, code, missed)]);
  if (missed.size > 0) {
    throw new Error(
      `scripts/late-modules.mjs: expected the build to load ${[...missed].join(", ")} into a variable, found no place: ` +
        "if nothing imports it any more, remove it from the list; otherwise the bundler's output has changed",
    );
  }
  return new Map(late);
}

function lateIn(file, code, missed) {
  const found = (name) => void missed.delete(name);
  const late = code
    .replace(VARIABLE, (load, plain, wrapped) => {
      found(plain ?? wrapped);
      return `$late(()=>${load})`;
    })
    .replace(LIBRARY_VARIABLE, (load) => {
      found(LIBRARY);
      return `$late(()=>${load})`;
    });
  const [left] = LEFT.exec(late) ?? [];
  if (left !== undefined) {
    throw new Error(
      `scripts/late-modules.mjs: expected a variable that gets ${left}, found something else in ${file}: ` +
        "load the whole module there, or teach the script this form",
    );
  }
  return late === code ? code : late.replace(/^((?:#!.*\n)?(?:"use strict";\n?)?)/, `$1${HELPER}`);
}
