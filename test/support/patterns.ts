import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";

/** A regular expression as it stands in a source file. */
export type SourcePattern = { readonly file: string; readonly source: string; readonly flags: string };

/** All regular expressions that stand as literals in the TypeScript files below a folder. */
export function patternsIn(folder: string): readonly SourcePattern[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => literalsOf(readFileSync(join(folder, file), "utf8")).map((literal) => ({ file, ...literal })));
}

/** How often a pattern is made at run time, which `literalsOf` cannot see. */
export function madePatterns(text: string): number {
  return [...javascriptOf(text).matchAll(/\bRegExp\(/g)].length;
}

export function literalsOf(text: string): readonly Omit<SourcePattern, "file">[] {
  const code = javascriptOf(text);
  const found: Omit<SourcePattern, "file">[] = [];
  /** Of each open `${` the braces that are open in it. */
  const templates: number[] = [];
  let before = "";
  for (let at = 0; at < code.length; ) {
    const [token = "", kind] = tokenAt(code, at, before, templates);
    if (kind === "pattern") {
      const end = token.lastIndexOf("/");
      found.push({ source: token.slice(1, end), flags: token.slice(end + 1) });
    }
    if (kind !== "space") before = token;
    at += token.length;
  }
  return found;
}

/** Types and comments are gone, and every line is laid out in the same way. */
function javascriptOf(text: string): string {
  return transformSync(text.replace(/^#!.*/, ""), {
    loader: "ts",
    target: "esnext",
    legalComments: "none",
    charset: "utf8",
  }).code;
}

const SPACE = /\s+|\/\/.*|\/\*[\s\S]*?\*\//y;
const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const PATTERN = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const WORD = /[\w$\u0080-\uffff]+/y;
const TEMPLATE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;

/** Behind these a slash begins a pattern; behind anything else it divides. */
const BEFORE_PATTERN = /^(?:[^\w$)\]}"'`\u0080-\uffff/]|return|typeof|case|in|of|yield|await|)$/;

function tokenAt(code: string, at: number, before: string, templates: number[]): readonly [string, string] {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(code)?.[0];
  };
  const space = match(SPACE);
  if (space) return [space, "space"];
  const string = match(STRING);
  if (string) return [string, "string"];
  const character = code.charAt(at);
  if (character === "`" || (character === "}" && templates.at(-1) === 0)) {
    if (character === "}") templates.pop();
    TEMPLATE.lastIndex = at + 1;
    const rest = TEMPLATE.exec(code)?.[0] ?? "";
    if (rest.endsWith("${")) templates.push(0);
    // Behind "${" comes an expression, behind "`" an operator.
    return [character + rest, "template"];
  }
  const open = templates.length - 1;
  if (character === "{" && open >= 0) templates[open] = (templates[open] ?? 0) + 1;
  if (character === "}" && open >= 0) templates[open] = (templates[open] ?? 0) - 1;
  if (character === "/" && (BEFORE_PATTERN.test(before) || before.endsWith("${") || before.endsWith("=>"))) {
    const pattern = match(PATTERN);
    if (pattern) return [pattern, "pattern"];
  }
  return [match(WORD) ?? character, "word"];
}
