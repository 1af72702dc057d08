import { expect, test } from "vitest";
import { releaseNotes } from "../../scripts/release-section.mjs";

const CHANGELOG = `# Changelog

All notable changes.

## 1.2.0 - 2027-01-02

### Added

- A thing.

## 1.1.0 - 2026-12-01

- Another.
`;

test("the notes of a release are its section of the changelog", () => {
  expect(releaseNotes({ tag: "v1.2.0", version: "1.2.0", changelog: CHANGELOG })).toBe("### Added\n\n- A thing.\n");
  expect(releaseNotes({ tag: "v1.1.0", version: "1.1.0", changelog: CHANGELOG })).toBe("- Another.\n");
});

test.each([
  ["v1.3.0", "1.2.0", CHANGELOG, "expected the tag v1.2.0, as package.json has it, found v1.3.0"],
  ["", "1.2.0", CHANGELOG, "expected the tag v1.2.0, as package.json has it, found none"],
  ["v1.2", "1.2", CHANGELOG, "package.json: expected a version such as 1.2.3, found 1.2"],
  ["v1.2.0", "1.2.0", CHANGELOG.replace("1.2.0 - 2027-01-02", "Unreleased"), 'expected a section "## 1.2.0 - '],
  ["v1.2.0", "1.2.0", CHANGELOG.replace("2027-01-02", "soon"), 'found "## 1.2.0 - soon"; write the date'],
  ["v1.2.0", "1.2.0", "## 1.2.0 - 2027-01-02\n\n## 1.1.0\n", "the section of 1.2.0 is empty"],
])(
  "a release of the tag %j of version %s is refused if something is not as it should be",
  (tag, version, changelog, words) => {
    expect(() => releaseNotes({ tag, version, changelog })).toThrow(words);
  },
);
