// What a release says of itself, from CHANGELOG.md: node scripts/release-notes.mjs vX.Y.Z
// It ends with 1 if the tag is of another version than package.json, or CHANGELOG.md has no section of it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { releaseNotes } from "./release-section.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
try {
  const changelog = readFileSync(`${root}CHANGELOG.md`, "utf8");
  process.stdout.write(releaseNotes({ tag: process.argv[2] ?? "", version, changelog }));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
