// The documents that every package of Debian has: who holds the copyrights, and what changed.
import { plainText } from "../documents/links.mjs";
import { wrap } from "../documents/text.mjs";
import { debianVersion, HOMEPAGE, MAINTAINER } from "./deb-control.mjs";

/**
 * The file `copyright`, in the format that machines read (DEP-5).
 * @param {readonly { name: string, version: string, license: string, text: string }[]} libraries
 * @param {{ version: string, licence: string }} node
 */
export function copyright(libraries, node) {
  const parts = libraries.map(({ name, version, license, text }) =>
    paragraph({
      files: `node_modules/${name}/*`,
      holders: holdersOf(text, `authors of ${name}`),
      licence: license,
      text,
      comment: `Version ${version}, bundled into /usr/bin/peer-exporter.`,
    }),
  );
  return [
    `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: peer-exporter
Source: ${HOMEPAGE}
Comment: /usr/bin/peer-exporter contains Node.js and the libraries below, each
 under its own licence.
`,
    `Files: *
Copyright: peer-exporter contributors
License: Apache-2.0
`,
    ...parts,
    paragraph({
      files: "node_modules/node/*",
      holders: ["Node.js contributors", "Joyent, Inc. and other Node contributors", "others, named in the text below"],
      licence: "Node.js",
      text: node.licence,
      comment: `Node.js ${node.version}, with the libraries that it contains itself.`,
    }),
    `License: Apache-2.0
 Licensed under the Apache License, Version 2.0. On Debian systems, its text is
 in /usr/share/common-licenses/Apache-2.0.
`,
  ].join("\n");
}

function paragraph({ files, holders, licence, text, comment }) {
  return `Files: ${files}
Copyright: ${holders.join("\n           ")}
License: ${licence}
${indented(text)}
Comment: ${comment}
`;
}

/** The whole text of the Apache License, which every Debian has. */
const APACHE = /^[ \t]*Apache License\n\s*Version 2\.0, January 2004\n[\s\S]*?END OF TERMS AND CONDITIONS$/gm;

const APACHE_ELSEWHERE = "The Apache License, Version 2.0: its text is in /usr/share/common-licenses/Apache-2.0.";

/** A text of several lines in a field: a dot stands for an empty line. */
function indented(text) {
  return text
    .replaceAll("\r", "")
    .replaceAll(APACHE, APACHE_ELSEWHERE)
    .split("\n")
    .map((line) => (line.trim() === "" ? " ." : ` ${line.replaceAll("\t", "  ").trimEnd()}`))
    .join("\n");
}

function holdersOf(text, otherwise) {
  const lines = text.split("\n").map((line) => line.trim());
  const holders = lines.filter((line) => /^(?:copyright \(c\)|copyright ©|copyright \d|\(c\) )/i.test(line));
  const names = holders.map((line) => line.replace(/^copyright\s*/i, "").replace(/^(?:\(c\)|©)\s*/i, ""));
  return names.length > 0 ? [...new Set(names)] : [otherwise];
}

/**
 * The file `changelog` in Debian's format, made from CHANGELOG.md. What is not released yet belongs to this version.
 * @param {{ text: string, version: string, epoch: number }} facts `epoch` in seconds since 1970
 */
export function changelog({ text, version, epoch }) {
  const sections = text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [head = "", ...lines] = section.split("\n");
      const [, name = head, day] = /^\[?([^\]\s]+)\]?(?: - (\d{4}-\d\d-\d\d))?/.exec(head) ?? [];
      return { name, epoch: day === undefined ? epoch : Date.parse(day) / 1000, items: itemsOf(lines) };
    });
  const isCut = sections.some(({ name }) => name === version);
  const entries = sections
    .filter(({ name }) => name !== "Unreleased" || !isCut)
    .map((section) => (section.name === "Unreleased" ? { ...section, name: version } : section));
  return (entries.length > 0 ? entries : [{ name: version, epoch, items: [["See the documentation."]] }])
    .map(
      ({ name, items, epoch: time }) =>
        `peer-exporter (${debianVersion(name)}) unstable; urgency=medium\n\n` +
        `${items.map((lines) => `  * ${lines.join("\n    ")}\n`).join("")}\n -- ${MAINTAINER}  ${debianDate(time)}\n`,
    )
    .join("\n");
}

const WIDTH = 74;

/** The points of all lists, without marks, wrapped for a terminal. */
function itemsOf(lines) {
  const items = [];
  for (const line of lines) {
    if (line.startsWith("- ")) items.push(line.slice(2));
    else if (/^\s+\S/.test(line) && items.length > 0) items.push(`${items.pop()} ${line.trim().replace(/^- /, "")}`);
  }
  return items.map((item) => wrap(plainText(item), WIDTH).split("\n"));
}

/** As RFC 5322 writes it: Mon, 30 Nov 2026 19:05:24 +0000 */
function debianDate(epoch) {
  return new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
}
