import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT, textOf } from "../../tools/repository.ts";

/** Reads what the tests want of the documents: their blocks of code, links and headings. */

const LEFT_OUT = new Set(["node_modules", ".git", "dist"]);

/** Every Markdown file of the repository, as paths below it. */
export const documents: readonly string[] = [...filesBelow("")].sort();

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : filesBelow(path);
    return path.endsWith(".md") ? [path] : [];
  });
}

export type Block = {
  readonly document: string;
  /** Of its fence, counted from 1. */
  readonly line: number;
  readonly language: string;
  /** Without the indentation of the list that it may stand in. */
  readonly text: string;
};

export function blocksOf(document: string, markdown = textOf(document)): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly line: number; readonly language: string; readonly indent: number } | undefined;
  let lines: string[] = [];
  for (const [index, text] of markdown.split("\n").entries()) {
    const fence = /^( *)```(.*)$/.exec(text);
    if (open === undefined) {
      if (fence !== null) open = { line: index + 1, language: fence[2]?.trim() ?? "", indent: fence[1]?.length ?? 0 };
    } else if (fence === null) {
      lines.push(text.slice(open.indent));
    } else {
      blocks.push({
        document,
        line: open.line,
        language: open.language,
        text: lines.map((each) => `${each}\n`).join(""),
      });
      [open, lines] = [undefined, []];
    }
  }
  if (open !== undefined) throw new Error(`${document}:${open.line}: the block has no end`);
  return blocks;
}

/** How a failed test names a block. */
export function nameOf({ document, line }: Block): string {
  return `${document}:${line}`;
}

/** What stands outside of the blocks of code and of `code`. */
export function proseOf(markdown: string): string {
  return markdown.replaceAll(/^( *)```.*?^ *```$/gms, "").replaceAll(/`[^`\n]*`/g, "");
}

/** The targets of links and pictures. */
export function linksOf(markdown: string): readonly string[] {
  return [...proseOf(markdown).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target);
}
