import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildInfo } from "../../scripts/build-info.mjs";
import { versionText } from "../../src/cli/version-text.ts";
import { tempFolder } from "../support/servers.ts";

const UNKNOWN = { revision: "unknown", date: "unknown" };
const folder = join(tempFolder(), "clone");

/** Without the settings of whoever runs the tests. */
const ENV = {
  ...{ PATH: process.env.PATH, HOME: tempFolder(), GIT_CONFIG_NOSYSTEM: "1" },
  ...{ GIT_AUTHOR_DATE: "2026-11-30T13:05:09+02:00", GIT_COMMITTER_DATE: "2026-11-30T13:05:09+02:00" },
};

const git = (...args: readonly string[]) =>
  execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
    encoding: "utf8",
    env: ENV,
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

const hasGit = (() => {
  try {
    execFileSync("git", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasGit)("in a clone", () => {
  let commit: { readonly revision: string; readonly date: string };

  beforeAll(() => {
    mkdirSync(join(folder, "node_modules/package"), { recursive: true });
    git("init", "--quiet");
    writeFileSync(join(folder, "a"), "1");
    git("add", "a");
    git("commit", "--quiet", "--message=a");
    commit = { revision: git("rev-parse", "HEAD"), date: "20261130-11:05:09" };
  });

  test("it is the commit and its time, in UTC, whatever else lies there", () => {
    writeFileSync(join(folder, "not-added"), "1");
    expect(buildInfo(folder, {})).toEqual(commit);
    expect(buildInfo(folder, {})).toEqual(buildInfo(`${folder}/`, {}));
  });

  test("a changed file is told", () => {
    writeFileSync(join(folder, "a"), "2");
    expect(buildInfo(folder, {})).toEqual({ ...commit, revision: `${commit.revision}-modified` });
    writeFileSync(join(folder, "a"), "1");
  });

  test("the history of a project that has this one as a package is not its own", () => {
    expect(buildInfo(join(folder, "node_modules/package"), {})).toEqual(UNKNOWN);
  });

  test.each<[object, object]>([
    [{ SOURCE_DATE_EPOCH: "0" }, { date: "19700101-00:00:00" }],
    [{ PEER_EXPORTER_REVISION: "abc" }, { revision: "abc" }],
    [{ PEER_EXPORTER_CREATED: "2026-01-02T03:04:05+01:00" }, { date: "20260102-02:04:05" }],
    [{ PEER_EXPORTER_REVISION: "", PEER_EXPORTER_CREATED: "unknown" }, {}],
  ])("%j wins over it", (env, expected) => {
    expect(buildInfo(folder, { ...env })).toEqual({ ...commit, ...expected });
  });
});

test("elsewhere it is unknown", () => {
  expect(buildInfo(tempFolder(), {})).toEqual(UNKNOWN);
  expect(buildInfo(join(tempFolder(), "nowhere"), {})).toEqual(UNKNOWN);
  expect(buildInfo(tempFolder(), { PEER_EXPORTER_CREATED: "yesterday" })).toEqual(UNKNOWN);
});

test("--version has the form of Prometheus' programs", () => {
  const text = versionText({ version: "1.2.3", revision: "abc", date: "20261130-11:05:09" }, "v24.1.0");
  expect(text.replace(/\w+\/\w+$/, "OS/ARCH")).toBe(
    "peer-exporter, version 1.2.3 (revision: abc)\n" +
      "  build date:       20261130-11:05:09\n" +
      "  nodejs version:   v24.1.0\n" +
      "  platform:         OS/ARCH",
  );
  if (process.platform === "linux" && process.arch === "x64") expect(text).toMatch(/linux\/amd64$/);
});
