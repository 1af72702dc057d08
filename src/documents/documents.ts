import { inflateRawSync } from "node:zlib";
import { didYouMean } from "../lib/suggest.ts";

/** The documents for users that the program contains. */

export type DocumentEntry = {
  /** Like `alerting` or `runbooks/P2PNodeDown`. */
  readonly name: string;
  readonly title: string;
  /** What is in it, in a line. */
  readonly summary: string;
  /** The part of the index that it belongs to. */
  readonly section: string;
};

export type Documents = {
  /** In the order of the index. */
  readonly all: readonly DocumentEntry[];
  get(name: string): DocumentEntry | undefined;
  /** For a terminal of 80 columns; "" without such a document. */
  text(name: string): string;
  /** HTML that the build made, for the main part of a page; "" without such a document. */
  html(name: string): string;
};

/** Loads them when they are needed: most processes never need them. */
export async function loadDocuments(): Promise<Documents> {
  const { default: packed } = await import("embedded:docs");
  const byName = new Map(Object.entries(packed));
  const all = [...byName].map(([name, { title, summary, section }]) => ({ name, title, summary, section }));
  const entries = new Map(all.map((entry) => [entry.name, entry]));
  return {
    all,
    get: (name) => entries.get(name),
    text: (name) => unpacked(byName.get(name)?.text),
    html: (name) => unpacked(byName.get(name)?.html),
  };
}

function unpacked(base64: string | undefined): string {
  return base64 === undefined ? "" : inflateRawSync(Buffer.from(base64, "base64")).toString();
}

/**
 * The document that a user names at a terminal: `runbooks/P2PNodeDown`, also as `P2PNodeDown` after an alert, or as the file
 * `docs/runbooks/P2PNodeDown.md` that a link or an older text names. Upper and lower case are the same.
 * @param names of all documents
 */
export function findDocument(wanted: string, names: readonly string[]): string | undefined {
  const word = bare(wanted);
  return names.find((name) => name.toLowerCase() === word) ?? names.find((name) => lastPart(name) === word);
}

/** @returns what to append to an error about an unknown name */
export function documentHint(wanted: string, names: readonly string[]): string {
  const byWord = new Map(
    names.flatMap((name) => [[name.toLowerCase(), name] as const, [lastPart(name), name] as const]),
  );
  const words = [...byWord.keys()];
  return didYouMean(bare(wanted), words)?.replace(/"(.*)"/, (_, word: string) => `"${byWord.get(word)}"`) ?? "";
}

function bare(wanted: string): string {
  const [path = ""] = wanted.slice(0, MAX_NAME).toLowerCase().split("#");
  return path.replace(/^(?:\.?\/)?(?:docs\/)?/, "").replace(/(?:\/readme)?\.md$/, "");
}

/** No name is longer, not even as a file. */
const MAX_NAME = 200;

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).toLowerCase();
}
