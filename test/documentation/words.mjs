// The words that text for users does not have, and where they are in a file. As a program it lists them for some files
// and folders: `node test/documentation/words.mjs src/poll docs README.md`.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";

/** Each phrase as a regular expression (a space matches a line break in a comment as well), and what to say instead. */
const PHRASES = [
  ["anew|afresh|once more", "again"],
  ["whoever|whomever|whosoever", 'name the person: "a user who", "anyone who"'],
  ["whom", 'name the subject, or say "who"'],
  ["nobody|nobody's|no one", 'name the subject: "no user", "no process"; or use the passive'],
  ["told", '"reports", "logs", "is notified", "is configured"'],
  ["beside", '"next to", "with", "as well as"'],
  ["at once", '"immediately" or "at the same time"'],
  ["lest", '"so that ... not"'],
  ["mend|mends|mended|mending", "fix"],
  ["(?:is|are|be|was|were) none", '"is not a ...", "there is no ...", "without a ..."'],
  ["in force", '"configured", "current", "active"'],
  ["for ever", '"forever", "without a limit", "never ends"'],
  ["as it were|so to speak", "leave it out"],
  ["that which|those which|of which", 'two sentences, or "what", "whose", "and"'],
  ["thereof|therein|thereby|therewith|whence|wherein|whereby|whereupon", "a sentence of its own"],
  ["hence|hitherto|henceforth|thus", '"so", "until now", "from now on"'],
  ["upon", "on"],
  ["till", "until"],
  ["whilst|amongst|amid|albeit|notwithstanding|forthwith", '"while", "among", "although", "immediately"'],
  ["amiss|astray", "wrong"],
  ["ought|shall", '"should", "must", "will"'],
  ["seldom", "rarely"],
  ["for want of|in want of", '"because there is no ...", "without"'],
  ["to be had", "available"],
  ["at last", "finally"],
  ["nothing but|none but", "only"],
  ["no more than", "at most"],
  ["in vain|of no use", '"without success", "has no effect"'],
  ["knows? nothing of", '"does not depend on", "does not use"'],
  ["hangs? up|hung up|hanging up", '"closes the connection"'],
  ["stranger|strangers|stranger's", '"untrusted peer", "another program"'],
  [
    "(?:stand|stands|stood|standing) (?:in|on|at|behind|before|there|outside|above|below|next)",
    '"is in", "is on", "is at"',
  ],
  ["(?:lies|lie|lay) (?:in|on|at|behind|before|there|outside|above|below|next)", '"is in", "is on"'],
  ["in (?:working )?connection", "connected"],
  ["has a defect|by a defect|a defect", '"bug", "internal error"'],
  ["sick", "unhealthy"],
  ["somebody|everybody", 'name the subject: "an operator", "any client"'],
  ["(?:stand|stands|stood|standing) still", '"does not move", "stops", "is blocked"'],
  ["in each other", "nested"],
  ["reckon|reckons|reckoned", '"compute", "count"'],
  ["at a glance", '"overview"'],
  ["comes? along", '"is included"'],
  ["in the clear", "unencrypted"],
  ["as it stands|as they stand", "unchanged"],
];

/** Between two words: spaces, a line break, the mark of a comment, of a quote or of bold text. */
const GAP = "(?:\\s+(?:(?:\\*|#|//|>)\\s+)*)";

const rules = PHRASES.map(([phrase, instead]) => ({
  pattern: new RegExp(`(?<![\\w-])(?:${phrase.replaceAll(" ", GAP)})(?![\\w-])`, "gi"),
  instead,
}));

/** The phrases of a text: the line (from 1), the phrase as found, and what to say instead. */
export function phrasesIn(text) {
  return rules
    .flatMap(({ pattern, instead }) =>
      [...text.matchAll(pattern)].map((found) => ({
        line: text.slice(0, found.index).split("\n").length,
        phrase: found[0].replaceAll(/\s+(?:(?:\*|#|\/\/|>)\s+)*/g, " "),
        instead,
      })),
    )
    .sort((one, other) => one.line - other.line);
}

/** The text of a file that people read, on the lines where it is; everything else is replaced by NUL characters. */
export function readableText(path, text) {
  if (/\.[mc]?[jt]s$/.test(path)) return commentsAndStrings(path, text);
  return path.endsWith(".md") ? prose(text) : text;
}

/** Markdown without addresses, and without `code` and blocks of it: those quote programs, and have their own tests. */
function prose(markdown) {
  return markdown.replaceAll(/^( *)```.*?^ *```$|`[^`\n]*`|\]\([^)\s]*\)/gms, hidden);
}

function commentsAndStrings(path, text) {
  const { program, comments } = parseSync(path, text);
  const spans = [...comments, ...stringsOf(program)].sort((one, other) => one.start - other.start);
  let shown = "";
  for (const { start, end } of spans) {
    if (start >= shown.length) shown += hidden(text.slice(shown.length, start)) + text.slice(start, end);
  }
  return shown + hidden(text.slice(shown.length));
}

/** Strings and parts of templates below a node of the syntax tree; paths of imports are left out. */
function stringsOf(node) {
  if (Array.isArray(node)) return node.flatMap(stringsOf);
  if (node === null || typeof node !== "object") return [];
  if (node.type === "TemplateElement" || (node.type === "Literal" && typeof node.value === "string")) return [node];
  return Object.entries(node).flatMap(([key, value]) => (key === "source" ? [] : stringsOf(value)));
}

function hidden(text) {
  return text.replaceAll(/\S/g, "\0");
}

const READ = /\.(?:ts|mjs|cjs|md|ya?ml|sh|service|txt|tpl)$|(?:^|\/)Dockerfile$/;

/** The files to read at a path: the file, or those of a folder and the folders in it. */
export function filesAt(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => READ.test(file))
    .map((file) => `${path}/${file}`)
    .sort();
}

/** One line for each phrase of a file: `PATH:LINE: "phrase": say ...`. */
export function findingsIn(path) {
  return phrasesIn(readableText(path, readFileSync(path, "utf8"))).map(
    ({ line, phrase, instead }) => `${path}:${line}: "${phrase}": say ${instead}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const findings = process.argv.slice(2).flatMap(filesAt).flatMap(findingsIn);
  process.stdout.write(findings.map((finding) => `${finding}\n`).join(""));
  process.exitCode = findings.length === 0 ? 0 : 1;
}
