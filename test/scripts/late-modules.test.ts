import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";
import { lateModules } from "../../scripts/late-modules.mjs";

/** Runs code as the bundler writes it. @returns the modules that were loaded before and after something of them was used */
function run(code: string) {
  const loaded: string[] = [];
  const require = (name: string) => {
    loaded.push(name);
    return { connect: () => `connected by ${name}` };
  };
  const context = createContext({ require, exports: {} });
  runInContext(lateModules(code), context);
  return { loaded, use: (text: string): unknown => runInContext(text, context) };
}

test("modules that a start does not need are loaded when they are used", () => {
  const { loaded, use } = run(
    '"use strict";\nvar import_node_tls=require("node:tls"),import_node_net=require("node:net");',
  );
  expect(loaded).toEqual(["node:net"]);
  expect(use("(0,import_node_tls.connect)()")).toBe("connected by node:tls");
  use("import_node_tls.connect()");
  expect(loaded).toEqual(["node:net", "node:tls"]);
});

test("code without such modules stays as it is", () => {
  const code =
    '#!/usr/bin/env node\n"use strict";\nvar import_node_net=require("node:net"),{connect}=require("node:tls");';
  expect(lateModules(code)).toBe(code);
});
