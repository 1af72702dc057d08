import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFile } from "./files.mjs";

const NAME = "SHA256SUMS";

/** The checksums of all of the folder, for `sha256sum --check`. */
export async function sums({ out }) {
  const names = readdirSync(out)
    .filter((name) => name !== NAME)
    .sort();
  const lines = names.map(
    (name) =>
      `${createHash("sha256")
        .update(readFileSync(join(out, name)))
        .digest("hex")}  ${name}\n`,
  );
  writeFile(join(out, NAME), lines.join(""));
  return [NAME];
}
