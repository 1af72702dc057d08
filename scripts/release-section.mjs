/**
 * The section of CHANGELOG.md for a release, without its heading.
 * @param {{ readonly tag: string, readonly version: string, readonly changelog: string }} release `version` as in package.json
 * @returns {string}
 * @throws Error if something is not as a release needs it
 */
export function releaseNotes({ tag, version, changelog }) {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(`package.json: expected a version such as 1.2.3, found ${version}; write it by npm version`);
  }
  if (tag !== `v${version}`) {
    throw new Error(
      `expected the tag v${version}, as package.json has it, found ${tag || "none"}; tag the right commit`,
    );
  }
  const sections = changelog.split(/^(?=## )/m);
  const found = sections.find((section) => section.startsWith(`## ${version} - `));
  if (found === undefined) {
    throw new Error(
      `CHANGELOG.md: expected a section "## ${version} - YYYY-MM-DD", found none; rename "## Unreleased"`,
    );
  }
  const [heading = "", ...lines] = found.split("\n");
  if (!/ - \d{4}-\d\d-\d\d$/.test(heading)) {
    throw new Error(
      `CHANGELOG.md: expected "## ${version} - YYYY-MM-DD", found "${heading}"; write the date of the release`,
    );
  }
  const text = lines.join("\n").trim();
  if (text === "") throw new Error(`CHANGELOG.md: the section of ${version} is empty; write what has changed`);
  return `${text}\n`;
}
