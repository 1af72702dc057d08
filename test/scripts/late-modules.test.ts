import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";
import { lateModules } from "../../scripts/late-modules.mjs";

/** A file with all that the script looks for, as the bundler writes it: of ES modules, and of libraries in CommonJS. */
const WHOLE = [
  '"use strict";var import_x=(0,import_chunk.x)',
  'childProcess=(0,import_chunk.__require)("node:child_process")',
  'import_crypto=(0,import_chunk.__toESM)((0,import_chunk.__require)("crypto"))',
  ...["dns/promises", "fs/promises", "https", "tls", "v8", "worker_threads", "zlib"].map(
    (name) => `import_node_${name.replace("/", "_")}=require("node:${name}")`,
  ),
  'import_node_net=require("node:net")',
  "import_node_cron=(0,import_chunk.__toESM)((0,import_cron.require_node_cron)(),1);",
].join(",");

const late = (code: string) =>
  lateModules(
    new Map([
      ["whole.js", WHOLE],
      ["tried.js", code],
    ]),
  );

/** Runs code as the bundler writes it. @returns the modules that were loaded before and after something of them was used */
function run(code: string | undefined) {
  const loaded: string[] = [];
  const require = (name: string) => {
    loaded.push(name);
    return { connect: () => `connected by ${name}` };
  };
  const import_chunk = { __require: require, __toESM: (module: unknown) => module };
  const import_cron = { require_node_cron: () => require("node-cron") };
  const context = createContext({ require, import_chunk, import_cron, exports: {} });
  runInContext(code ?? "", context);
  return { loaded, use: (text: string): unknown => runInContext(text, context) };
}

test("modules that a start does not need are loaded when they are used", () => {
  const { loaded, use } = run(late("").get("whole.js"));
  expect(loaded).toEqual(["node:net"]);
  expect(use("(0,import_node_tls.connect)()")).toBe("connected by node:tls");
  use("import_node_tls.connect()");
  expect(use("childProcess.connect()")).toBe("connected by node:child_process");
  expect(use("import_crypto.connect()")).toBe("connected by crypto");
  expect(use("import_node_cron.connect()")).toBe("connected by node-cron");
  expect(loaded).toEqual(["node:net", "node:tls", "node:child_process", "crypto", "node-cron"]);
});

test("code without such modules stays as it is", () => {
  const code =
    '#!/usr/bin/env node\n"use strict";\nvar import_node_net=require("node:net"),{connect}=require("node:tls");require("crypto");';
  expect(late(code).get("tried.js")).toBe(code);
});

test("a module that the build loads in another form is an error", () => {
  expect(() => late('var tls=wrapped(require("node:tls"));')).toThrow(
    'expected a variable that gets require("node:tls"), found something else in tried.js',
  );
});

test("a module that nothing loads is an error", () => {
  expect(() => lateModules(new Map([["whole.js", WHOLE.replace("node:zlib", "zlip")]]))).toThrow(
    "expected the build to load zlib into a variable, found no place",
  );
});
