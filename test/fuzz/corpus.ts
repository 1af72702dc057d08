import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseLines, parseTree, type Tree, token } from "./json-tree.ts";

/** Answers to begin with: the fixtures of the project and, where there are some, captures of real nodes. */
export type Corpus = {
  /** The files whose path below the root matches. */
  files(pattern: RegExp): readonly Tree[];
};

/** Several folders of captures are a list as PATH is. */
export type CorpusRoots = { readonly fixtures: string; readonly captures: string | undefined };

export function openCorpus({ fixtures, captures }: CorpusRoots): Corpus {
  const roots = [fixtures, ...(captures ?? "").split(delimiter).filter((folder) => existsSync(folder))];
  const files = roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => /^(?:wire|monero|chainweb|bitcoin)\/.*\.(?:json|txt|http)$/.test(path))
      .filter((path) => statSync(join(root, path)).isFile())
      .sort()
      .map((path) => ({ path, file: join(root, path) })),
  );
  const trees = new Map<string, Tree>();
  const read = (file: string): Tree => {
    const known = trees.get(file) ?? treeOf(file);
    trees.set(file, known);
    return known;
  };
  return { files: (pattern) => files.filter(({ path }) => pattern.test(path)).map(({ file }) => read(file)) };
}

function treeOf(file: string): Tree {
  const text = readFileSync(file, "utf8");
  // A captured HTTP answer: its body alone.
  if (file.endsWith(".http"))
    return parseTree(
      text
        .split(/\r?\n\r?\n/)
        .slice(1)
        .join("\n\n"),
    );
  if (file.endsWith(".txt")) return /^(?:#|\w+[ {])/.test(text) ? parseLines(text) : token(text);
  return parseTree(text);
}
