/**
 * JSON as text that can be broken on purpose: numbers keep all their digits, a key may stand twice, and a token may be
 * anything at all. Trees are never changed; each change makes a new one.
 */

export type Tree =
  /** A number, a string with its quotes, a word, or any other text. */
  | { readonly kind: "token"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly Tree[] }
  | { readonly kind: "object"; readonly entries: readonly Entry[] }
  /** Pieces of another format, written one after the other. */
  | { readonly kind: "pieces"; readonly items: readonly Tree[]; readonly between: string };

/** The key with its quotes. */
export type Entry = readonly [key: string, value: Tree];

export function token(text: string): Tree {
  return { kind: "token", text };
}

const TOKEN = /[{}[\],:]|"(?:\\.|[^"\\])*"?|[^\s{}[\],:"]+/gs;

/** Reads JSON as nodes send it, raw control characters included; what is broken comes out as one token. */
export function parseTree(text: string): Tree {
  const tokens = text.match(TOKEN) ?? [];
  let at = 0;

  function value(): Tree {
    const first = tokens[at] ?? "";
    at += 1;
    if (first === "[") {
      const items: Tree[] = [];
      while (at < tokens.length && tokens[at] !== "]") {
        items.push(value());
        if (tokens[at] === ",") at += 1;
      }
      at += 1;
      return { kind: "list", items };
    }
    if (first !== "{") return token(first);
    const entries: Entry[] = [];
    while (at < tokens.length && tokens[at] !== "}") {
      const key = tokens[at] ?? "";
      at += 1;
      if (tokens[at] !== ":") return token(text);
      at += 1;
      entries.push([key, value()]);
      if (tokens[at] === ",") at += 1;
    }
    at += 1;
    return { kind: "object", entries };
  }

  const tree = value();
  return at === tokens.length ? tree : token(text);
}

/** Lines of words, for formats that are no JSON. */
export function parseLines(text: string): Tree {
  const items = text.split("\n").map((line): Tree => {
    const words = line.startsWith("#") ? [line] : (line.match(/[^{},= ]+|[{},= ]/g) ?? [""]);
    return { kind: "pieces", between: "", items: words.map(token) };
  });
  return { kind: "pieces", between: "\n", items };
}

const printed = new WeakMap<Tree, string>();

export function printTree(tree: Tree): string {
  if (tree.kind === "token") return tree.text;
  const known = printed.get(tree);
  if (known !== undefined) return known;
  const text = printParts(tree);
  printed.set(tree, text);
  return text;
}

function printParts(tree: Exclude<Tree, { kind: "token" }>): string {
  switch (tree.kind) {
    case "list":
      return `[${tree.items.map(printTree).join(",")}]`;
    case "object":
      return `{${tree.entries.map(([key, value]) => `${key}:${printTree(value)}`).join(",")}}`;
    case "pieces":
      return tree.items.map(printTree).join(tree.between);
  }
}

const sizes = new WeakMap<Tree, number>();

/** How many nodes the tree has, itself included. */
export function sizeOf(tree: Tree): number {
  if (tree.kind === "token") return 1;
  const known = sizes.get(tree);
  if (known !== undefined) return known;
  const size = childrenOf(tree).reduce((sum, child) => sum + sizeOf(child), 1);
  sizes.set(tree, size);
  return size;
}

export function childrenOf(tree: Tree): readonly Tree[] {
  switch (tree.kind) {
    case "token":
      return [];
    case "object":
      return tree.entries.map(([, value]) => value);
    default:
      return tree.items;
  }
}

/** The node at a place, counted from the root on, each before its children. */
export function nodeAt(tree: Tree, place: number): Tree {
  let left = place % sizeOf(tree);
  let node = tree;
  while (left > 0) {
    left -= 1;
    for (const child of childrenOf(node)) {
      const size = sizeOf(child);
      if (left < size) {
        node = child;
        break;
      }
      left -= size;
    }
  }
  return node;
}

/** What becomes of one child: none, itself changed, or several. */
export type Edit = (node: Tree, key: string | undefined) => readonly Entry[];

/** The tree with one of its nodes, at a place as `nodeAt` counts, edited. */
export function editAt(tree: Tree, place: number, edit: Edit): Tree {
  const left = place % sizeOf(tree);
  if (left === 0) return edit(tree, undefined)[0]?.[1] ?? token("");
  return editBelow(tree, left - 1, edit);
}

function editBelow(tree: Tree, place: number, edit: Edit): Tree {
  if (tree.kind === "token") return tree;
  const entries: readonly Entry[] = tree.kind === "object" ? tree.entries : tree.items.map((item): Entry => ["", item]);
  const changed: Entry[] = [];
  let left = place;
  for (const [key, child] of entries) {
    const size = sizeOf(child);
    if (left < 0 || left >= size) changed.push([key, child]);
    else if (left === 0) changed.push(...edit(child, tree.kind === "object" ? key : undefined));
    else changed.push([key, editBelow(child, left - 1, edit)]);
    left -= size;
  }
  return tree.kind === "object" ? { ...tree, entries: changed } : { ...tree, items: changed.map(([, item]) => item) };
}
