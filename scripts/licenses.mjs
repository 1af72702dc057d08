// The licences of the libraries whose code is in a bundle: nearly all of them want their text to go with every copy.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {{ inputs: Record<string, unknown> }} metafile what esbuild says that it put together
 * @param {string} root the folder that its paths begin at
 * @returns {string} name, version, licence and its text, of each library
 */
export function licensesOf(metafile, root) {
  const folders = new Set(
    Object.keys(metafile.inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  return [...folders]
    .map((folder) => join(root, folder))
    .map(licenseOf)
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .map(({ title, text }) => `${title}\n\n${text.trim()}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} ${version} has no file of its licence: it cannot be bundled`);
  return { title: `${name} ${version} (${license})`, text: readFileSync(join(folder, file), "utf8") };
}
