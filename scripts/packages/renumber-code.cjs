"use strict";
// Writes compiled code again, from a process that has done nothing else: node renumber-code.cjs FOLDER JSON IN OUT, with what
// compiled-code.cjs got and wrote. The engine numbers functions in the order in which it meets them, and compiled code has these
// numbers in it. In a running program the order depends on chance: a function of Node.js itself may come earlier or later. The
// engine gives new numbers to the functions that it reads.
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const [folder, json, from, to] = process.argv.slice(2);
const { assets, files } = JSON.parse(json);

for (const name of files) {
  const file = join(from, name);
  if (!existsSync(file)) continue;
  const text = readFileSync(join(folder, assets[name]), "latin1");
  const script = new Script(text, { filename: `peer-exporter/${name}`, cachedData: readFileSync(file) });
  if (script.cachedDataRejected) throw new Error(`${name}: the engine rejects the code that it has compiled itself`);
  writeFileSync(join(to, name), script.createCachedData());
}
