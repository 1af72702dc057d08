// The documents that the program contains (`embedded:docs`), for those who have only the program: docs/README.md is the index,
// and its section "Development" is for those who have the repository.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { marked } from "marked";
import { documentHtml } from "./html.mjs";
import { documentName, plainText } from "./links.mjs";
import { documentText } from "./text.mjs";

const INDEX = "docs/README.md";
const RUNBOOKS = "docs/runbooks";

/** The section of the index that the program leaves out. */
const LEFT_OUT = "Development";

/** The section of the runbooks: their own index has one line for each. */
const RUNBOOKS_SECTION = "Runbooks";

/** @param {string} root of the repository */
export function collectDocuments(root) {
  const read = (file) => readFileSync(join(root, file), "utf8");
  const entries = [...indexEntries(read(INDEX)), ...runbookEntries(read(`${RUNBOOKS}/README.md`))];
  const files = entries.map(({ file }) => file);
  checkRunbooks(root, files);
  const names = new Set(files.map(documentName));
  const documents = entries.map(({ file, section, summary }) => {
    const document = { file, markdown: read(file) };
    const [, title = documentName(file)] = /^# (.*)$/m.exec(document.markdown) ?? [];
    const [text, html] = [documentText, documentHtml].map((render) => packed(render(document, names)));
    return [documentName(file), { title: title.replaceAll("`", ""), section, summary, text, html }];
  });
  return {
    value: Object.fromEntries(documents),
    files: [INDEX, ...files].map((file) => join(root, file)),
  };
}

/** A third of the size, and hardly a millisecond to read. */
function packed(text) {
  return deflateRawSync(text, { level: 9 }).toString("base64");
}

/** The documents in the first column of the index's tables. A link to a part of a document is not the document. */
function indexEntries(markdown) {
  let section = "";
  return marked.lexer(markdown).flatMap((token) => {
    if (token.type === "heading") section = token.text;
    if (token.type !== "table" || section === LEFT_OUT) return [];
    return rowsOf(token, "docs", section);
  });
}

function runbookEntries(markdown) {
  const tables = marked.lexer(markdown).filter(({ type }) => type === "table");
  return tables.flatMap((table) => rowsOf(table, RUNBOOKS, RUNBOOKS_SECTION));
}

function rowsOf({ rows }, folder, section) {
  return rows.flatMap(([first, ...others]) => {
    const link = first.tokens.find(({ type }) => type === "link");
    const summary = plainText(others.at(-1)?.text ?? "");
    return /^[\w/-]+\.md$/.test(link?.href ?? "") ? [{ file: `${folder}/${link.href}`, section, summary }] : [];
  });
}

function checkRunbooks(root, files) {
  const all = readdirSync(join(root, RUNBOOKS)).filter((file) => file.endsWith(".md"));
  const missing = all.filter((file) => !files.includes(`${RUNBOOKS}/${file}`));
  if (missing.length > 0) throw new Error(`${RUNBOOKS}/README.md has no line for ${missing.join(", ")}`);
}
