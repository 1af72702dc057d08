import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { librariesOf } from "../licences.mjs";
import { control, dependsOn, installedSize } from "./deb-control.mjs";
import { changelog, copyright } from "./deb-documents.mjs";
import { neededVersions } from "./elf.mjs";
import { copyFile, writeFile } from "./files.mjs";
import { NODE_ARCH, NODE_VERSION, nodeBinary, run } from "./node-binaries.mjs";
import { buildProgram, LICENCES } from "./program.mjs";

/** Files of the repository, by the folder in which the package has them. */
const COPIES = [
  ["scripts/packages/debian/config.yaml", "etc/peer-exporter"],
  ["config.example.yaml", "usr/share/peer-exporter"],
  ["config.schema.json", "usr/share/peer-exporter"],
  ["prometheus/rules.yaml", "usr/share/peer-exporter/prometheus"],
  ["prometheus/alerts.yaml", "usr/share/peer-exporter/prometheus"],
];

const UNITS = ["peer-exporter.service", "peer-exporter.socket"];

const CONFFILES = ["/etc/peer-exporter/config.yaml"];

const COMPLETIONS = {
  bash: "usr/share/bash-completion/completions/peer-exporter",
  fish: "usr/share/fish/vendor_completions.d/peer-exporter.fish",
  zsh: "usr/share/zsh/vendor-completions/_peer-exporter",
};

const SCRIPTS = ["preinst", "postinst", "prerm", "postrm"];

/** A package for Debian and Ubuntu, with the executable that is in `out` already. */
export async function deb({ root, out, work, version, epoch, arch }) {
  const executable = join(out, `peer-exporter-${version}-linux-${NODE_ARCH[arch]}`);
  const tree = join(work, "tree");
  // The executable may be of another architecture than this machine.
  const dist = buildProgram(root, work);
  const program = readProgram(executable);
  writeFile(join(tree, "usr/bin/peer-exporter"), program, 0o755);
  for (const [file, folder] of COPIES) copyFile(join(root, file), join(tree, folder, file.replace(/^.*\//, "")));
  for (const unit of UNITS) {
    const text = readFileSync(join(root, "systemd", unit), "utf8");
    // `systemctl status` shows what needs no network first.
    const documented = text.replace(/^Documentation=/m, "Documentation=man:peer-exporter(1) ");
    writeFile(join(tree, "usr/lib/systemd/system", unit), documented);
  }
  const dashboards = join(root, "grafana/dashboards");
  for (const name of readdirSync(dashboards).filter((file) => file.endsWith(".json"))) {
    copyFile(join(dashboards, name), join(tree, "usr/share/peer-exporter/dashboards", name));
  }
  for (const [shell, file] of Object.entries(COMPLETIONS)) {
    writeFile(join(tree, file), run(process.execPath, [join(dist, "main.js"), "completion", shell]));
  }
  copyFile(
    join(root, "scripts/packages/debian/lintian-overrides"),
    join(tree, "usr/share/lintian/overrides/peer-exporter"),
  );
  const day = new Date(epoch * 1000).toISOString().slice(0, 10);
  const env = { ...process.env, PEER_EXPORTER_VERSION: version };
  const manPage = run(process.execPath, [join(root, "tools/run.mjs"), "man-page.ts", day], { cwd: root, env });
  writeCompressed(join(tree, "usr/share/man/man1/peer-exporter.1"), manPage);
  const documents = join(tree, "usr/share/doc/peer-exporter");
  const history = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  writeCompressed(join(documents, "changelog"), changelog({ text: history, version, epoch }));
  const licence = readFileSync(join(nodeBinary(root, arch, work), "LICENSE"), "utf8");
  const libraries = librariesOf(readFileSync(join(dist, LICENCES), "utf8"));
  writeFile(join(documents, "copyright"), copyright(libraries, { version: NODE_VERSION, licence }));
  writeControl(root, tree, { version, arch, depends: dependsOn(neededVersions(program)) });
  setTimes(tree, epoch);
  const name = `peer-exporter_${version}_${arch}.deb`;
  // xz splits the data alike for any number of threads, so the bytes do not depend on the machine's cores. Level 6 takes two
  // and a half times as long, for a tenth less.
  const options = ["--root-owner-group", "-Zxz", "-z3", "--build"];
  run("dpkg-deb", [...options, tree, join(out, name)], { env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) } });
  return [name];
}

function readProgram(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`expected the executable ${file} (${error.code}): make it first, with --only=executable,deb`);
  }
}

function writeCompressed(file, text) {
  writeFile(file, text);
  run("gzip", ["-9n", file]);
}

/** The files for dpkg itself. */
function writeControl(root, tree, facts) {
  const names = readdirSync(tree, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => lstatSync(join(tree, name)).isFile());
  const sums = files.map((name) => {
    const sum = createHash("md5")
      .update(readFileSync(join(tree, name)))
      .digest("hex");
    return { name, line: `${sum}  ${name}\n` };
  });
  const sizes = files.map((name) => statSync(join(tree, name)).size);
  const size = installedSize(sizes, names.length - files.length);
  const folder = join(tree, "DEBIAN");
  mkdirSync(folder, { mode: 0o755 });
  writeFile(join(folder, "control"), control({ ...facts, installedSize: size }));
  const isConffile = (name) => CONFFILES.includes(`/${name}`);
  writeFile(
    join(folder, "md5sums"),
    sums
      .filter(({ name }) => !isConffile(name))
      .map(({ line }) => line)
      .join(""),
  );
  writeFile(join(folder, "conffiles"), CONFFILES.map((path) => `${path}\n`).join(""));
  for (const script of SCRIPTS) copyFile(join(root, "scripts/packages/debian", script), join(folder, script), 0o755);
}

function setTimes(tree, epoch) {
  for (const name of readdirSync(tree, { recursive: true, encoding: "utf8" })) {
    utimesSync(join(tree, name), epoch, epoch);
  }
  utimesSync(tree, epoch, epoch);
}
