// Modules that a start does not need are loaded when something of them is used first. Each takes up to two milliseconds, with
// those that it loads itself.

/** Of Node.js. */
const LATE = [
  "assert",
  "child_process",
  "crypto",
  "dns/promises",
  "fs/promises",
  "https",
  "tls",
  "v8",
  "worker_threads",
  "zlib",
];

const REQUIRED = new RegExp(`\\b([\\w$]+)=(?:__)?require\\("((?:node:)?(?:${LATE.join("|")}))"\\)(?=[,;\\n])`, "g");

/** node-cron, as only some nodes are polled at the times of an expression. */
const LIBRARY =
  /\b(import_node_cron\d*)=((?:\(0,[\w$]+\.__toESM\)|__toESM)\((?:\(0,[\w$]+\.require_node_cron\)|require_node_cron)\(\),1\))/g;

const HELPER = "const $late=load=>{let module;return new Proxy({},{get:(_,key)=>(module??=load())[key]})};";

/**
 * @param {string} code CommonJS as the bundler writes it: `import_node_tls=require("node:tls")`, and `import_node_tls.connect`
 *   where it is used
 * @returns {string}
 */
export function lateModules(code) {
  const late = code.replace(REQUIRED, '$1=$late(()=>require("$2"))').replace(LIBRARY, "$1=$late(()=>$2)");
  return late === code ? code : late.replace(/^((?:#!.*\n)?(?:"use strict";\n?)?)/, `$1${HELPER}`);
}
