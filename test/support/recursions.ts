import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";

type SourceFunction = { readonly name: string; readonly body: string };

/** Functions in the TypeScript files below a folder that call themselves, by themselves or by way of others of their file. */
export function recursionsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => recursiveNames(readFileSync(join(folder, file), "utf8")).map((name) => `${file}: ${name}`))
    .sort();
}

/** Function declarations and functions that a constant holds; a callback counts as called where it is named. */
export function recursiveNames(text: string): readonly string[] {
  const functions = functionsOf(transformSync(text.replace(/^#!.*/, ""), { loader: "ts", target: "esnext" }).code);
  const names = [...new Set(functions.map(({ name }) => name))];
  const calls = new Map(names.map((name) => [name, calledBy(name, functions, names)]));
  return names.filter((name) => reachedFrom(name, calls).has(name));
}

/** The code as esbuild lays it out: a function ends with the first brace of its own indentation. */
function functionsOf(code: string): readonly SourceFunction[] {
  const begin =
    /^( *)(?:export )?(?:default )?(?:async )?(?:function\*? (\w+)\(|(?:const|let) (\w+) = (?:async )?(?:\(|\w+ =>))/gm;
  return [...code.matchAll(begin)].map((found) => {
    const [whole, indent = "", declared, held] = found;
    const from = found.index + whole.length;
    const line = code.indexOf("\n", from);
    const isBlock = /[{([]$/.test(code.slice(from, line));
    const end = isBlock ? code.slice(from).search(new RegExp(`\\n${indent}[})\\]]`)) : line - from;
    return { name: declared ?? held ?? "", body: code.slice(from, end < 0 ? undefined : from + end) };
  });
}

function calledBy(name: string, functions: readonly SourceFunction[], names: readonly string[]): readonly string[] {
  const bodies = functions.filter((one) => one.name === name).map(({ body }) => body);
  return names.filter((other) => bodies.some((body) => new RegExp(`(?<![.\\w"])${other}(?:\\(|[,)])`).test(body)));
}

function reachedFrom(name: string, calls: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...(calls.get(name) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    waiting.push(...(calls.get(next) ?? []));
  }
  return reached;
}
