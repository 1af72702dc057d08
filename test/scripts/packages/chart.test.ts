import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { chart } from "../../../scripts/packages/chart.mjs";
import { tempFolder } from "../../support/servers.ts";

/** The chart as an archive. */

const root = fileURLToPath(new URL("../../..", import.meta.url));
const source = join(root, "charts/peer-exporter");
const EPOCH = 1_800_000_000;
const MANIFEST_VERSION: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;

const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(folder, path)).isFile());

describe("the archive of the chart", () => {
  const out = tempFolder();
  const unpacked = join(out, "peer-exporter");
  let archive = "";

  beforeAll(async () => {
    const names = await chart({ root, out, version: "9.8.7", epoch: EPOCH });
    expect(names).toEqual(["peer-exporter-chart-9.8.7.tgz"]);
    archive = join(out, names[0] ?? "");
    execFileSync("tar", ["-xzf", archive, "-C", out]);
  });

  test("has every file of the chart that .helmignore lets through, and the license, in a folder with the chart's name", () => {
    const expected = filesBelow(source).filter((path) => !path.startsWith("ci/"));
    expect(filesBelow(unpacked).sort()).toEqual([...expected, "LICENSE"].sort());
    for (const path of expected.filter((path) => path !== "Chart.yaml"))
      expect([path, readFileSync(join(unpacked, path), "utf8") === readFileSync(join(source, path), "utf8")]).toEqual([
        path,
        true,
      ]);
  });

  test("is of the version that is asked for, and its default image too", () => {
    expect(readFileSync(join(unpacked, "Chart.yaml"), "utf8")).toMatch(/^version: 9\.8\.7\nappVersion: 9\.8\.7$/m);
  });

  test("has the same bytes each time, with the time of the commit and modes of its own", async () => {
    const again = tempFolder();
    const [name = ""] = await chart({ root, out: again, version: "9.8.7", epoch: EPOCH });
    expect(readFileSync(join(again, name)).equals(readFileSync(archive))).toBe(true);
    const listed = execFileSync("tar", ["-tvzf", archive], { encoding: "utf8", env: { ...process.env, TZ: "UTC" } });
    const other = listed.split("\n").filter((line) => !/^(?:-rw-r--r-- 0\/0 +\d+ 2027-01-15 08:00 .*)?$/.test(line));
    expect(other).toEqual([]);
  });

  const helm = spawnSync("helm", ["version"], { encoding: "utf8" }).status === 0;

  test.skipIf(!helm)("gives the same manifests as the folder, with Helm", () => {
    const render = (from: string) =>
      execFileSync(
        "helm",
        ["template", "a", from, "--kube-version=1.34.0", "-f", join(source, "ci/minimal-values.yaml")],
        {
          encoding: "utf8",
        },
      ).replaceAll("9.8.7", MANIFEST_VERSION);
    expect(render(archive)).toBe(render(source));
  });
});
