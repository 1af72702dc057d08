// The revision and the date that the program says it was built from (`--version`). Both come from the commit, never from the
// clock, so that two builds of one commit give the same bytes.
import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";

const UNKNOWN = "unknown";

/**
 * @param {string} root the folder of the sources
 * @param {Readonly<Record<string, string | undefined>>} [env] PEER_EXPORTER_REVISION and PEER_EXPORTER_CREATED (ISO 8601),
 *   for builds without the history, as in an image, and SOURCE_DATE_EPOCH
 * @returns {{ readonly revision: string, readonly date: string }} the date as Prometheus' programs print theirs
 */
export function buildInfo(root, env = process.env) {
  const commit = isOwnRepository(root) ? git(root, "log", "-1", "--format=%H %ct") : undefined;
  const [hash, time] = commit?.split(" ") ?? [];
  return {
    revision: given(env.PEER_EXPORTER_REVISION) ?? (hash === undefined ? UNKNOWN : `${hash}${isModified(root)}`),
    date: dateText(given(env.SOURCE_DATE_EPOCH) ?? given(env.PEER_EXPORTER_CREATED) ?? time),
  };
}

/** Files of packages have this time where the commit is unknown: 1980, with which every archive can do. */
const EARLY = 315_532_800;

/**
 * @param {string} root the folder of the sources
 * @returns {number} the time that the files of packages have, in seconds since 1970
 */
export function commitEpoch(root, env = process.env) {
  const time = given(env.SOURCE_DATE_EPOCH) ?? (isOwnRepository(root) ? git(root, "log", "-1", "--format=%ct") : "");
  return /^\d+$/.test(time ?? "") ? Number(time) : EARLY;
}

function given(text) {
  return text === "" || text === UNKNOWN ? undefined : text;
}

/** A package within the repository of another project has no history of its own. */
function isOwnRepository(root) {
  const top = git(root, "rev-parse", "--show-toplevel");
  return top !== undefined && realpathSync(top) === realpathSync(root);
}

/** In the words of prometheus/common. */
function isModified(root) {
  return git(root, "status", "--porcelain", "--untracked-files=no") === "" ? "" : "-modified";
}

/** Undefined where there is no git, no repository, or one of another user. */
function git(root, ...args) {
  try {
    return execFileSync("git", ["-C", root, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

/** @param {string | undefined} time seconds since 1970, or ISO 8601 */
function dateText(time) {
  const date = new Date(/^\d+$/.test(time ?? "") ? Number(time) * 1000 : (time ?? ""));
  if (Number.isNaN(date.getTime())) return UNKNOWN;
  return date.toISOString().slice(0, 19).replaceAll("-", "").replace("T", "-");
}
