import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/repository.ts";

/** A `diff` block of a document: `--- FILE`, then parts between `@@`, without numbers of lines. */
export type Patched = { readonly file: string; readonly text: string };

/** The file with the change applied. @throws Error when it does not fit */
export function applied(diff: string): Patched {
  const [head = "", ...lines] = diff.trimEnd().split("\n");
  const file = /^--- (.+)$/.exec(head)?.[1];
  if (file === undefined) throw new Error("expected --- FILE in the first line");
  const parts = lines.join("\n").split("\n@@\n");
  const text = parts.reduce(
    (before, part) => applyPart(before, part.split("\n")),
    readFileSync(join(ROOT, file), "utf8"),
  );
  return { file, text };
}

function applyPart(text: string, lines: readonly string[]): string {
  const side = (without: string) =>
    lines.filter((line) => !line.startsWith(without)).map((line) => `${line.slice(1)}\n`);
  const [before, after] = [side("+").join(""), side("-").join("")];
  if (text.split(before).length !== 2) throw new Error(`expected these lines once:\n${before}`);
  return text.replace(before, () => after);
}
