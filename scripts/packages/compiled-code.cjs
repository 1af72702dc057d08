"use strict";
// Starts the program of an executable without one, until it listens, and writes the code that the engine has compiled until
// then, a file for each of the program's: node compiled-code.cjs FOLDER JSON OUT, with what bundleExecutable returns as JSON.
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const sea = require("node:sea");
const v8 = require("node:v8");
const vm = require("node:vm");

const [folder, json, out] = process.argv.slice(2);
const { main, assets, files } = JSON.parse(json);

/** The compiled files, by the name of the asset. */
const scripts = new Map();

// As Node.js has them in an executable.
sea.getRawAsset = (name) => {
  if (assets[name] === undefined) throw new Error(`no asset ${name}`);
  return new Uint8Array(readFileSync(join(folder, assets[name]))).buffer;
};
sea.getAsset = (name) => readFileSync(join(folder, assets[name]), "utf8");

vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, options);
    scripts.set(options.filename.slice("peer-exporter/".length), this);
  }
};

// The program sets options of the engine when it has loaded all that a start needs. Compiled code is for the options that it was
// compiled with, so this is the moment, and it does not depend on timers or on the network.
v8.setFlagsFromString = write;

function write() {
  for (const name of files) {
    const script = scripts.get(name);
    if (script !== undefined) writeFileSync(join(out, name), script.createCachedData());
  }
  process.exit(0);
}

process.argv = [
  process.argv[0],
  process.argv[0],
  "--node=n=monero+http://127.0.0.1:9",
  "--web.listen-address=127.0.0.1:0",
];
require(join(folder, main));
