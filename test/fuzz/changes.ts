import {
  childrenOf,
  type Edit,
  type Entry,
  editAt,
  nodeAt,
  parseTree,
  printTree,
  sizeOf,
  type Tree,
  token,
} from "./json-tree.ts";

/**
 * What is done to an answer, as plain data: a case can be written into a file, read by a person and played again. Places
 * are counted over whatever there is, so that every number is a valid one.
 */
export type Change =
  | { readonly kind: "set"; readonly place: number; readonly text: string }
  | { readonly kind: "drop"; readonly place: number }
  /** A row or an element again and again; a key of an object twice. */
  | { readonly kind: "repeat"; readonly place: number; readonly times: number }
  /** Another value of the same answer, of whatever type. */
  | { readonly kind: "copy"; readonly place: number; readonly from: number }
  | { readonly kind: "rename"; readonly place: number; readonly key: string }
  | { readonly kind: "insert"; readonly place: number; readonly key: string; readonly text: string }
  | { readonly kind: "shuffle"; readonly place: number; readonly seed: number }
  | { readonly kind: "nest"; readonly place: number; readonly depth: number; readonly object: boolean }
  | { readonly kind: "add"; readonly place: number; readonly amount: number }
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "cut"; readonly at: number }
  /** Bytes in hex in place of others. */
  | { readonly kind: "splice"; readonly at: number; readonly remove: number; readonly hex: string }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "header"; readonly name: string; readonly value: string }
  /** The answer of another call, or one that no call expects. */
  | { readonly kind: "swap"; readonly with: number }
  | { readonly kind: "alien"; readonly number: number }
  /** No whole answer: the code of the error that ends the request. */
  | { readonly kind: "fail"; readonly code: string; readonly afterHeaders: boolean };

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tree: Tree;
  /** Applied to the bytes in their order. */
  readonly bytes: readonly Change[];
  readonly failure?: { readonly code: string; readonly afterHeaders: boolean } | undefined;
};

export function well(tree: Tree): Reply {
  return { status: 200, headers: {}, tree, bytes: [] };
}

/** More than this is not of interest, and repetitions of repetitions would only cost memory. */
const MAX_NODES = 60_000;

/** The reply with a change of its content; changes that need other replies are the caller's. */
export function applyChange(reply: Reply, change: Change): Reply {
  switch (change.kind) {
    case "flip":
    case "cut":
    case "splice":
      return { ...reply, bytes: [...reply.bytes, change] };
    case "status":
      return { ...reply, status: change.status };
    case "header":
      return { ...reply, headers: { ...reply.headers, [change.name]: change.value } };
    case "fail":
      return { ...reply, failure: change };
    case "swap":
    case "alien":
      return reply;
    default: {
      const tree = changeTree(reply.tree, change);
      return sizeOf(tree) > MAX_NODES ? reply : { ...reply, tree };
    }
  }
}

type TreeChange = Extract<Change, { readonly place: number }>;

function changeTree(tree: Tree, change: TreeChange): Tree {
  const edit = (given: Edit) => editAt(tree, change.place, given);
  switch (change.kind) {
    case "set":
      return edit((_, key) => [[key ?? "", parsed(change.text)]]);
    case "drop":
      return edit(() => []);
    case "repeat":
      return edit((node, key) => Array.from({ length: change.times }, (): Entry => [key ?? "", node]));
    case "copy": {
      const other = nodeAt(tree, change.from);
      return edit((_, key) => [[key ?? "", other]]);
    }
    case "rename":
      return edit((node, key) => [[key === undefined ? "" : change.key, node]]);
    case "insert":
      return edit((node, key) => [[key ?? "", inserted(node, change.key, parsed(change.text))]]);
    case "shuffle":
      return edit((node, key) => [[key ?? "", shuffled(node, change.seed)]]);
    case "nest": {
      const [open, close] = change.object ? ['{"a":', "}"] : ["[", "]"];
      return edit((node, key) => [
        [key ?? "", token(open.repeat(change.depth) + printTree(node) + close.repeat(change.depth))],
      ]);
    }
    case "add":
      return edit((node, key) => [[key ?? "", increased(node, change.amount)]]);
  }
}

/** A valid JSON text becomes a tree, so that further changes reach into it. */
function parsed(text: string): Tree {
  return text.startsWith("{") || text.startsWith("[") ? parseTree(text) : token(text);
}

function inserted(node: Tree, key: string, value: Tree): Tree {
  switch (node.kind) {
    case "token":
      return value;
    case "object":
      return { ...node, entries: [...node.entries, [key, value]] };
    default:
      return { ...node, items: [...node.items, value] };
  }
}

function shuffled(node: Tree, seed: number): Tree {
  const order = <T>(items: readonly T[]): readonly T[] => {
    const rest = [...items];
    const out: T[] = [];
    for (let state = seed; rest.length > 0; state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) {
      out.push(...rest.splice(state % rest.length, 1));
    }
    return out;
  };
  if (childrenOf(node).length > 2000 || node.kind === "token") return node;
  return node.kind === "object" ? { ...node, entries: order(node.entries) } : { ...node, items: order(node.items) };
}

/** A number, also one in quotes, goes on as it does between two polls. */
function increased(node: Tree, amount: number): Tree {
  if (node.kind !== "token") return node;
  const [, quote = "", digits] = /^("?)(-?\d{1,16})"?$/.exec(node.text) ?? [];
  return digits === undefined ? node : token(`${quote}${Number(digits) + amount}${quote}`);
}

/** The bytes of the reply as they go over the line. */
export function bytesOf(reply: Reply): Buffer {
  let bytes: Buffer = Buffer.from(printTree(reply.tree), "utf8");
  for (const change of reply.bytes) bytes = changeBytes(bytes, change);
  return bytes;
}

function changeBytes(bytes: Buffer, change: Change): Buffer {
  if (change.kind === "cut") return bytes.subarray(0, change.at % (bytes.length + 1));
  if (change.kind === "flip") {
    const at = change.at % Math.max(1, bytes.length);
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ (1 << (change.bit % 8));
    return copy;
  }
  if (change.kind !== "splice") return bytes;
  const at = change.at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(change.hex, "hex"), bytes.subarray(at + change.remove)]);
}
