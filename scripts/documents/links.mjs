// Where the links of a document lead in an installed program, which has no repository: to other documents of the program,
// to what it serves and prints, or nowhere.
import { posix } from "node:path";

/**
 * What the program has in place of files of the repository: a page of the server, the arguments of a command, or both.
 * @type {Readonly<Record<string, { readonly page?: string, readonly command?: string }>>}
 */
const IN_PROGRAM = {
  "config.example.yaml": { command: "example-config" },
  "config.schema.json": { command: "schema" },
  "grafana/dashboards": { page: "dashboards", command: "dashboards" },
  "grafana/import": { page: "dashboards", command: "dashboards --import" },
  "prometheus/alerts.yaml": { page: "rules", command: "rules alerts" },
  "prometheus/rules.yaml": { page: "rules", command: "rules recording" },
};

/** The index of all documents, and where the program has it. */
const INDEX_FILE = "docs/README.md";

/**
 * The name of the document in a file: docs/alerting.md is `alerting`, docs/runbooks/README.md is `runbooks`.
 * @param {string} file below the root of the repository
 */
export function documentName(file) {
  return file.replace(/^docs\//, "").replace(/(?:\/README)?\.md$/, "");
}

/**
 * @typedef {{ readonly kind: "anchor" | "external", readonly url: string }
 *   | { readonly kind: "document", readonly name: string, readonly url: string }
 *   | { readonly kind: "index", readonly url: string }
 *   | { readonly kind: "program", readonly url: string | undefined, readonly command: string | undefined }
 *   | { readonly kind: "nowhere" }} Target
 */

/**
 * @param {string} file the document with the link, below the root of the repository
 * @param {string} href
 * @param {ReadonlySet<string>} names of the documents in the program
 * @returns {Target} URLs are relative, so that they work below every prefix
 */
export function targetOf(file, href, names) {
  if (href.startsWith("#")) return { kind: "anchor", url: href };
  if (/^(?:https?:|mailto:)/.test(href)) return { kind: "external", url: href };
  const [path = "", anchor] = href.split("#");
  const target = posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, "");
  const toRoot = "../".repeat(documentName(file).split("/").length);
  if (target === INDEX_FILE) return { kind: "index", url: `${toRoot}docs` };
  const name = documentName(target);
  if (target.startsWith("docs/") && target.endsWith(".md") && names.has(name)) {
    return { kind: "document", name, url: `${toRoot}docs/${name}${anchor === undefined ? "" : `#${anchor}`}` };
  }
  const own = IN_PROGRAM[target];
  if (own === undefined) return { kind: "nowhere" };
  return { kind: "program", url: own.page === undefined ? undefined : toRoot + own.page, command: own.command };
}

/**
 * The text of a link without what only a reader of the repository knows: `docs/security.md` becomes `security`.
 * @param {string} text
 */
export function linkText(text) {
  return text.replace(/^(?:\.\.\/|docs\/)*([\w/-]+)\.md$/, "$1");
}

/**
 * The text of a line of Markdown, without the marks of links, code and emphasis.
 * @param {string} markdown
 */
export function plainText(markdown) {
  return withoutLinks(markdown).replaceAll(/[`*]/g, "");
}

/**
 * A line of Markdown with the texts of its links in their place.
 * @param {string} markdown
 */
export function withoutLinks(markdown) {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}
