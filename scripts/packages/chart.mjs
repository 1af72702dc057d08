import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { tarGz, writeFile } from "./files.mjs";

const FOLDER = "charts/peer-exporter";

/** The Helm chart as an archive that Helm installs, as `helm package` makes one, but with the same bytes each time. */
export async function chart({ root, out, version, epoch }) {
  const folder = join(root, FOLDER);
  const isIgnored = ignoredBy(readFileSync(join(folder, ".helmignore"), "utf8"));
  const entries = filesBelow(folder, isIgnored).map((path) => {
    const data = readFileSync(join(folder, path), "utf8");
    return { name: path, data: path === "Chart.yaml" ? ofVersion(data, version) : data };
  });
  entries.push({ name: "LICENSE", data: readFileSync(join(root, "LICENSE"), "utf8") });
  const file = `peer-exporter-chart-${version}.tgz`;
  writeFile(
    join(out, file),
    tarGz(
      // Helm expects everything in a folder with the name of the chart.
      entries.map((entry) => ({ ...entry, name: `peer-exporter/${entry.name}` })),
      epoch,
    ),
  );
  return [file];
}

function ofVersion(text, version) {
  const changed = text.replaceAll(/^(version|appVersion): .*$/gm, `$1: ${version}`);
  if (changed.split(version).length !== 3)
    throw new Error(`Chart.yaml: expected one line of version and of appVersion`);
  return changed;
}

function filesBelow(folder, isIgnored) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !isIgnored(path));
}

/** Of what .helmignore may say, the two forms that the chart's has: a folder (ci/), and an ending (*.tgz). */
function ignoredBy(text) {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const unknown = lines.find((line) => !/^(?:[\w.-]+\/|\*\.\w+)$/.test(line));
  if (unknown !== undefined) throw new Error(`.helmignore: expected FOLDER/ or *.ENDING, found ${unknown}`);
  return (path) =>
    lines.some((line) => (line.endsWith("/") ? `/${path}`.includes(`/${line}`) : path.endsWith(line.slice(1))));
}
