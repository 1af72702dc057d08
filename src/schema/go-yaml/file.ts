import { LineCounter } from "yaml";
import { readText, type YamlFile } from "../yaml-file.ts";
import { createPlacer, MAX_ERRORS } from "../yaml-parse.ts";
import { decode, type Shape } from "./decode.ts";
import { composeFirst } from "./document.ts";

export type GoYamlFile = YamlFile & {
  /** The offset of a second document, which is not read. */
  readonly rest: number | undefined;
};

/**
 * Reads a file as programs in Go do that use go-yaml v2, strictly: YAML 1.1, only the first document, each value as the type that the
 * program has for it.
 * @param maxBytes a larger file is refused
 * @returns the problems, each with its place, when the file cannot be read as YAML
 */
export async function readGoYamlFile(
  path: string,
  maxBytes: number,
  shape: Shape,
): Promise<GoYamlFile | { readonly broken: readonly string[] }> {
  const text = await readText(path, maxBytes, decodeText);
  return typeof text === "string" ? parseGoYaml(text, path, shape) : text;
}

/** As readGoYamlFile, for a text. @param path the file that problems name */
function parseGoYaml(written: string, path: string, shape: Shape): GoYamlFile | { readonly broken: readonly string[] } {
  const lines = new LineCounter();
  const { place, placed } = createPlacer(path, lines);
  const control = CONTROL.exec(written);
  // YAML 1.1 has more line breaks. They are as long as the one that replaces them, so all places stay.
  const text = written.replace(/\r(?!\n)|\x85/g, "\n");
  const document = composeFirst(text, lines);
  if (control !== null) return { broken: [`${place(control.index)}: control characters are not allowed`] };
  if ("broken" in document) return { broken: placed(document.broken.slice(0, MAX_ERRORS)) };
  const decoded = decode(document, shape);
  if (decoded.broken.length > 0) return { broken: placed(decoded.broken.slice(0, MAX_ERRORS)) };
  return {
    raw: decoded.value,
    problems: [],
    rest: document.rest,
    offsetOf: (keys) => offsetOf(decoded.offsets, keys),
    isUnfinished: () => false,
    place,
  };
}

/** Characters that YAML does not allow outside of quotes with escapes. */
const CONTROL = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Of the key, or of the nearest one around it. */
function offsetOf(offsets: ReadonlyMap<string, number>, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const found = offsets.get(JSON.stringify(path.slice(0, length)));
    if (found !== undefined) return found;
  }
  return 0;
}

/** UTF-8, or UTF-16 with a byte order mark. @throws when the bytes are no text */
function decodeText(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString("hex");
  const encoding = mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}
