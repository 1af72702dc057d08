// What dpkg reads about the package.

/** The sections of symbol versions of libstdc++, with the oldest version of Debian's package that has them. */
const LIBSTDCXX = [
  { glibcxx: 21, cxxabi: 9, package: "5.2" },
  { glibcxx: 22, cxxabi: 10, package: "6" },
  { glibcxx: 23, cxxabi: 11, package: "7" },
  { glibcxx: 25, cxxabi: 11, package: "8" },
  { glibcxx: 28, cxxabi: 12, package: "9" },
  { glibcxx: 29, cxxabi: 13, package: "11" },
  { glibcxx: 30, cxxabi: 13, package: "12" },
  { glibcxx: 32, cxxabi: 14, package: "13.1" },
  { glibcxx: 33, cxxabi: 15, package: "14" },
];

const LIBC = /^(?:libc|libm|libdl|libpthread|librt|ld-linux-(?:x86-64|aarch64))\.so\./;

/**
 * The packages with the libraries that a program needs, each of the oldest version that will do.
 * @param {ReadonlyMap<string, readonly string[]>} needed as neededVersions gives it
 * @returns {string} the value of Depends
 * @throws Error naming a library or version whose package is not known here
 */
export function dependsOn(needed) {
  const found = new Map();
  for (const [library, versions] of needed) {
    const [name, version] = packageOf(library, versions);
    if (!found.has(name) || isBelow(found.get(name), version)) found.set(name, version);
  }
  return [...found]
    .sort()
    .map(([name, version]) => `${name} (>= ${version})`)
    .join(", ");
}

function packageOf(library, versions) {
  if (LIBC.test(library)) return ["libc6", highest(library, versions, "GLIBC_")];
  if (library === "libgcc_s.so.1") return ["libgcc-s1", highest(library, versions, "GCC_").replace(/\.0$/, "")];
  if (library !== "libstdc++.so.6") throw new Error(`${library}: no package of Debian is known here that has it`);
  const minor = (prefix) =>
    Math.max(0, ...versions.filter((one) => one.startsWith(prefix)).map((one) => Number(one.split(".")[2] ?? 0)));
  const row = LIBSTDCXX.find(({ glibcxx, cxxabi }) => minor("GLIBCXX_3.4") <= glibcxx && minor("CXXABI_1.3") <= cxxabi);
  if (row === undefined)
    throw new Error(`${library}: no package of Debian is known here that has ${versions.join(", ")}`);
  return ["libstdc++6", row.package];
}

function highest(library, versions, prefix) {
  const numbers = versions.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
  const [first, ...others] = numbers.filter((one) => /^[\d.]+$/.test(one));
  if (first === undefined) throw new Error(`${library}: expected versions ${prefix}…, found ${versions.join(", ")}`);
  return others.reduce((best, one) => (isBelow(best, one) ? one : best), first);
}

function isBelow(a, b) {
  return a.localeCompare(b, "en", { numeric: true }) < 0;
}

/** A version of npm as one of Debian: 1.0.0-rc.1 comes before 1.0.0. */
export function debianVersion(version) {
  return version.replace("-", "~");
}

export const MAINTAINER = "peer-exporter maintainers <peer-exporter@users.noreply.github.com>";
export const HOMEPAGE = "https://github.com/peer-exporter/peer-exporter";

/** The file `control`. It names no systemd, which has systemd-notify: without systemd, the program runs without the unit. */
export function control({ version, arch, depends, installedSize }) {
  return `Package: peer-exporter
Version: ${debianVersion(version)}
Architecture: ${arch}
Maintainer: ${MAINTAINER}
Installed-Size: ${installedSize}
Depends: ${depends}
Suggests: prometheus
Section: net
Priority: optional
Homepage: ${HOMEPAGE}
Description: Prometheus exporter for the peers of blockchain nodes
 It asks blockchain nodes for their peers and heads over their own APIs, and
 serves what they answer as metrics for Prometheus: how many peers, which
 versions, how much traffic, and how far a node is behind. Pages for people,
 recording rules, alerts and Grafana dashboards are included.
 .
 Nodes of Wire and Antelope, Monero, Kadena Chainweb and the Bitcoin family
 (Bitcoin, Litecoin, Dogecoin, Bitcoin Cash, Dash, Zcash) are supported. The
 package contains Node.js; no other runtime is needed.
`;
}

/** In KiB, as dpkg counts: each file by itself, and one for each folder. */
export function installedSize(sizes, folders) {
  return sizes.reduce((sum, size) => sum + Math.ceil(size / 1024), folders);
}
