/** What the program was built from; `unknown` where the build could not tell. */
type Build = {
  readonly version: string;
  /** The commit, with `-modified` if files differed from it. */
  readonly revision: string;
  /** The time of the commit, in UTC: `20261130-13:05:09`. */
  readonly date: string;
};

/** The names of Go, which Prometheus' programs print. */
const GO_NAMES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", win32: "windows" };

/** What `--version` prints, in the form of Prometheus' programs. Without the branch, which is no property of a commit. */
export function versionText({ version, revision, date }: Build, nodejs = process.version): string {
  return [
    `peer-exporter, version ${version} (revision: ${revision})`,
    `  build date:       ${date}`,
    `  nodejs version:   ${nodejs}`,
    `  platform:         ${goName(process.platform)}/${goName(process.arch)}`,
  ].join("\n");
}

function goName(name: string): string {
  return GO_NAMES[name] ?? name;
}
