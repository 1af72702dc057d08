import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect } from "vitest";
import type { Reply } from "./support.ts";

/** Captured answers of real nodes, in the folders that CAPTURES_DIR names: one, or a list as PATH is. */

export type Capture = { readonly path: string; readonly body: Buffer };
export type Check = (capture: Capture) => unknown;
/** What the files with such paths must give. */
export type Rule = readonly [RegExp, Check];

export type CapturedFile = { readonly path: string; readonly file: string };

/** The files of all folders that exist, by their paths below them. */
export function capturedFiles(folders: string): readonly CapturedFile[] {
  return folders
    .split(delimiter)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => ({ path: file.slice(join(folder, "/").length), file })),
    )
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The folder of a family of chains; "" for files about the captures. */
export function familyOf(path: string): string {
  return path.includes("/") ? (path.split("/")[0] ?? "") : "";
}

/** Nothing that an adapter asks for; the reason is for the reader. */
export function notOurs(_why: string): Check {
  return ({ body }) => expect(body.length).toBeGreaterThan(0);
}

/** The last answer in a file of raw HTTP answers. */
export function httpOf({ body }: Pick<Capture, "body">): Reply & { readonly status: number } {
  const text = body.toString("latin1");
  const [head = "", ...rest] = text.slice(text.lastIndexOf("HTTP/1.1 ")).split("\r\n\r\n");
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers: Record<string, string[]> = {};
  for (const header of lines) {
    const [name = "", ...value] = header.split(": ");
    const values = headers[name.toLowerCase()] ?? [];
    headers[name.toLowerCase()] = [...values, value.join(": ")];
  }
  const content = Buffer.from(rest.join("\r\n\r\n"), "latin1");
  const length = Number(headers["content-length"]?.[0]);
  expect(content.length).toBeGreaterThanOrEqual(length);
  expect(content.subarray(length).toString().trim()).toBe("");
  return { status: Number(statusLine.split(" ")[1]), headers, body: content.subarray(0, length) };
}
