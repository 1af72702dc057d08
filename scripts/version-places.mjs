// Where the version of package.json is repeated: files that other programs read, and file names in documents.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const NUMBER = String.raw`\d+\.\d+\.\d+`;
const REPEATED = [
  ["charts/peer-exporter/Chart.yaml", new RegExp(`^(version: |appVersion: )${NUMBER}$`, "gm")],
  ["kubernetes/components/image/kustomization.yaml", new RegExp(`(newTag: "?)${NUMBER}`, "g")],
  ["compose.yaml", new RegExp(`(image: ghcr\\.io/peer-exporter/peer-exporter:)${NUMBER}$`, "gm")],
  ["Dockerfile", new RegExp(`^(ARG VERSION=)${NUMBER}$`, "gm")],
];
/** Names of packages, tags of the image and of git in documents: peer-exporter-1.2.3.tgz, peer-exporter:1.2.3. */
const NAME = new RegExp(
  `(peer-exporter(?:-chart)?[-_](?=[\\d.]+[-_.]\\w)|peer-exporter:|release\\.yml@refs/tags/v|\\?ref=v)${NUMBER}`,
  "g",
);
/** Rendered manifests, where the chart and the image are named. */
const RENDERED = new RegExp(
  `(app\\.kubernetes\\.io/version: |helm\\.sh/chart: peer-exporter-|image: ghcr\\.io/peer-exporter/peer-exporter:)${NUMBER}$`,
  "gm",
);

/**
 * @param {string} root
 * @returns {readonly (readonly [file: string, pattern: RegExp])[]} files, each with a pattern whose first
 *   group is the text in front of each version
 */
export function versionPlaces(root) {
  const below = (folder) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const documents = ["README.md", ...below("docs").map((file) => `docs/${file}`)].filter((file) =>
    file.endsWith(".md"),
  );
  const rendered = below("test/fixtures/kubernetes").filter((file) => file.endsWith(".yaml"));
  return [
    ...REPEATED,
    ...documents.map((file) => [file, NAME]),
    ...rendered.map((file) => [`test/fixtures/kubernetes/${file}`, RENDERED]),
  ];
}

/**
 * @param {string} root
 * @param {string} version
 * @returns {readonly (readonly [file: string, text: string])[]} the files that name another version, with what they should say
 */
export function outdatedFiles(root, version) {
  const changed = versionPlaces(root).map(([file, pattern]) => {
    const before = readFileSync(join(root, file), "utf8");
    return { file, before, text: before.replaceAll(pattern, `$1${version}`) };
  });
  return changed.filter(({ before, text }) => before !== text).map(({ file, text }) => [file, text]);
}
