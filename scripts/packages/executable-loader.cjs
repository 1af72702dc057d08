"use strict";
// What Node.js runs in an executable. The files of the program and their compiled code are assets of the executable, which
// are read where they are, without a copy. Node.js itself can keep compiled code only of one file, and warns where it cannot
// use it; here it is compiled again, without a word: compiled code is for one version and the same options of the engine.
const { getRawAsset } = require("node:sea");
const { Script } = require("node:vm");

const loaded = Object.create(null);

function load(name) {
  let module = loaded[name];
  if (module === undefined) {
    module = loaded[name] = { exports: {} };
    scriptOf(name).runInThisContext()(module.exports, requireFrom, module);
  }
  return module.exports;
}

/** The files ask for each other and for modules of Node.js. */
function requireFrom(name) {
  return name.startsWith("./") ? load(name.slice(2)) : require(name);
}

/** The file as a function, as Node.js makes one of a file. The text is in ASCII (executable-bundle.mjs). */
function scriptOf(name) {
  return new Script(Buffer.from(getRawAsset(name)).latin1Slice(), {
    filename: `peer-exporter/${name}`,
    cachedData: compiledOf(name),
  });
}

/** Its compiled code; undefined where the executable has no such code. */
function compiledOf(name) {
  try {
    return Buffer.from(getRawAsset(`${name}.compiled`));
  } catch {
    return undefined;
  }
}

load("main.js");
