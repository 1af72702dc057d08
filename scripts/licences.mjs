// The licenses of the libraries in a bundle: nearly all of them must be distributed with every copy.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * @param {readonly string[]} inputs files that are in the bundle, relative to the root
 * @param {string} root
 * @returns {string}
 * @throws Error naming a library without a license text
 */
export function thirdPartyLicences(inputs, root) {
  const folders = new Set(
    inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => licenceOf(join(root, folder)));
  return [HEAD, ...texts].join(SEPARATOR);
}

/**
 * The libraries that such a text names.
 * @param {string} text
 * @returns {readonly {name: string, version: string, license: string, text: string}[]} `text` is that of the licence
 */
export function librariesOf(text) {
  return text
    .split(SEPARATOR)
    .slice(1)
    .map((part) => {
      const [, name, version, license] = /^(\S+) (\S+): (.+)$/m.exec(part) ?? [];
      if (license === undefined) throw new Error("a part of the licences does not begin with the name of a library");
      return { name, version, license, text: part.split("\n").slice(1).join("\n").trim() };
    });
}

const SEPARATOR = `\n${"-".repeat(80)}\n\n`;

const HEAD = `peer-exporter is licensed under the Apache License 2.0 (see LICENSE). Its files in this folder also hold code of the
libraries below, each under its own licence.
`;

function licenceOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .sort();
  if (typeof license !== "string") throw new Error(`${name}: no licence in its package.json`);
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  const holder = typeof author === "string" ? author : author?.name;
  const body =
    texts.length > 0 ? texts.join("\n\n") : `No file with the licence comes with it. Author: ${holder ?? "not named"}`;
  return `${name} ${version}: ${license}\n\n${body}\n`;
}
