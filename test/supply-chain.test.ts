import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { librariesOf, thirdPartyLicences } from "../scripts/licences.mjs";
import { tempFolder } from "./support/servers.ts";

/** What comes from others: pinned, without scripts of its own, named in the bill of materials, with its licence. */

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), "utf8"));

const names = z.record(z.string(), z.string());
const manifest = z
  .object({ version: z.string(), dependencies: names, devDependencies: names, scripts: names })
  .parse(read("package.json"));

const lockedPackage = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  license: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: names.optional(),
  optionalDependencies: names.optional(),
});
const { packages } = z.object({ packages: z.record(z.string(), lockedPackage) }).parse(read("package-lock.json"));

/** Where Node finds a dependency of the package at this path. */
function locate(name: string, from: string): string | undefined {
  for (let at = from; ; at = at.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, "")) {
    const path = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (at === "") return undefined;
  }
}

/** Everything that the program needs at run time: its dependencies, theirs, and so on. */
function runTimePaths(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (path: string) => {
    const { dependencies, optionalDependencies } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const target = locate(name, path);
      if (target === undefined || found.has(target)) continue;
      found.add(target);
      visit(target);
    }
  };
  visit("");
  return found;
}

const runTime = [...runTimePaths()].map((path) => ({
  path,
  name: path.replace(/^.*node_modules\//, ""),
  ...packages[path],
}));

/** What is in the bundle. */
const builtIn = librariesOf(readFileSync(join(root, "dist/THIRD-PARTY-LICENSES.txt"), "utf8"));
const isBuiltIn = ({ name, version }: { readonly name: string; readonly version?: string | undefined }) =>
  builtIn.some((library) => library.name === name && library.version === version);

const text = (file: string) => readFileSync(join(root, file), "utf8");

describe("package-lock.json", () => {
  const all = Object.entries(packages).filter(([path]) => path !== "");

  test("fixes the bytes of every package, and names no server", () => {
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
    expect(all.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  test("has no run-time dependency that runs a script when it is installed, and none without licence", () => {
    expect(runTime.length).toBeGreaterThan(20);
    expect(runTime.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name)).toEqual([]);
    expect(runTime.filter(({ license }) => license === undefined).map(({ name }) => name)).toEqual([]);
  });

  test("has one development tool with such a script, which works without it", () => {
    expect(all.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([
      "node_modules/esbuild",
    ]);
  });
});

describe("the lock of Grafana's code, which only tests load", () => {
  const folder = "test/grafana/library";
  const lock = z.object({ packages: z.record(z.string(), lockedPackage) }).parse(read(`${folder}/package-lock.json`));
  const all = Object.entries(lock.packages).filter(([path]) => path !== "");
  const { dependencies } = z.object({ dependencies: names }).parse(read(`${folder}/package.json`));

  test("fixes the bytes of every package, names no server, and needs no script", () => {
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
    expect(all.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(all.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
    expect(text("scripts/grafana-library.mjs")).toContain("--ignore-scripts");
  });

  test("has exact versions, and nothing of it is a dependency of the program", () => {
    expect(Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    const own = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(Object.keys(dependencies).filter((name) => own.includes(name))).toEqual([]);
  });
});

test("CI and the Dockerfile install without scripts, and build the program themselves, as SECURITY.md says", () => {
  for (const file of [".ci/run", "Dockerfile"]) {
    const commands = text(file).match(/^(?:RUN|step "[^"]*") npm (?:ci|install|i)\b.*$/gm) ?? [];
    expect(commands.length, file).toBeGreaterThan(0);
    expect(commands.filter((line) => !line.includes("--ignore-scripts"))).toEqual([]);
  }
  expect(text(".ci/run")).toMatch(/^step "[^"]*" npm run build$.*^step "[^"]*" npm run sbom$/ms);
  expect(text("Dockerfile")).toMatch(/^RUN (?:\w+="\$\{\w+\}" )*node scripts\/build\.mjs$/m);
});

test("no file of the repository names an image by a digest, which could not be checked here", () => {
  const files = ["Dockerfile", "compose.yaml", "README.md", "SECURITY.md", "CHANGELOG.md", ".ci/run"];
  const folders = ["docs", "compose", "kubernetes", "charts", "systemd"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  const all = [...files, ...folders.filter((file) => /\.(?:md|ya?ml|service|tpl|txt)$/.test(file))];
  expect(all.length).toBeGreaterThan(50);
  expect(all.filter((file) => /@sha256:[0-9a-f]{64}/.test(text(file)))).toEqual([]);
  for (const [, image] of text("Dockerfile").matchAll(/^ARG \w+_IMAGE=(\S+)$/gm)) expect(image).not.toContain("@");
});

test("package.json names exact versions", () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  expect(Object.keys(manifest.scripts).filter((name) => /^(?:pre|post)?install$/.test(name))).toEqual([]);
});

describe("npm run sbom", () => {
  const licences = z.array(z.object({ license: z.object({ id: z.string() }) })).min(1);
  const component = z.object({
    type: z.literal("library"),
    "bom-ref": z.string(),
    name: z.string(),
    version: z.string(),
    purl: z.string(),
    licenses: licences,
    hashes: z.array(z.object({ alg: z.literal("SHA-512"), content: z.string().regex(/^[0-9a-f]{128}$/) })).min(1),
  });
  const schema = z.object({
    bomFormat: z.literal("CycloneDX"),
    specVersion: z.enum(["1.5", "1.6"]),
    version: z.literal(1),
    metadata: z.object({
      timestamp: z.string().optional(),
      component: z.object({
        type: z.literal("application"),
        name: z.string(),
        version: z.string(),
        licenses: licences,
      }),
    }),
    components: z.array(component),
    dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
  });

  const file = join(tempFolder(), "deep/sbom.json");
  let text = "";

  function makeSbom(env: Record<string, string>): string {
    const args = [join(root, "scripts/sbom.mjs"), file];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: { ...process.env, ...env } });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return readFileSync(file, "utf8");
  }

  beforeAll(() => {
    text = makeSbom({ SOURCE_DATE_EPOCH: "" });
  }, 120_000);

  test("lists what is built into dist/ and nothing else, each with version, purl, licence and hash", () => {
    const { components, metadata } = schema.parse(JSON.parse(text));
    expect(metadata.component).toMatchObject({
      name: "peer-exporter",
      version: manifest.version,
      licenses: [{ license: { id: "Apache-2.0" } }],
    });
    const listed = components.map(({ purl, licenses: [licence], hashes: [hash] }) => ({ purl, licence, hash }));
    const expected = runTime.filter(isBuiltIn).map(({ name, version, license, integrity = "" }) => ({
      purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
      licence: { license: { id: license } },
      hash: { alg: "SHA-512", content: Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex") },
    }));
    const byPurl = (a: { purl: string }, b: { purl: string }) => (a.purl < b.purl ? -1 : 1);
    expect([...listed].sort(byPurl)).toEqual([...expected].sort(byPurl));
    expect(listed.length).toBeGreaterThan(Object.keys(manifest.dependencies).length);
  });

  test("names the same packages as the licences in dist/", () => {
    const { components } = schema.parse(JSON.parse(text));
    const listed = components.map(
      ({ name, version, licenses: [licence] }) => `${name} ${version}: ${licence?.license.id}`,
    );
    const licensed = builtIn.map(({ name, version, license }) => `${name} ${version}: ${license}`);
    expect([...listed].sort()).toEqual([...licensed].sort());
  });

  test("has no unused library", () => {
    const { components, dependencies } = schema.parse(JSON.parse(text));
    const needed = new Map(dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    const found = new Set([`peer-exporter@${manifest.version}`]);
    for (const ref of found) for (const next of needed.get(ref) ?? []) found.add(next);
    expect(components.map((each) => each["bom-ref"]).filter((ref) => !found.has(ref))).toEqual([]);
  });

  test("lists the dependencies of each package", () => {
    const { components, dependencies } = schema.parse(JSON.parse(text));
    const refs = new Set(components.map((each) => each["bom-ref"]));
    const own = dependencies.find(({ ref }) => ref === `peer-exporter@${manifest.version}`);
    const wanted = Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`);
    expect([...(own?.dependsOn ?? [])].sort()).toEqual(wanted.sort());
    expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
  });

  test("names no server but that of the project, and no folder of the machine that made it", () => {
    expect([...new Set(text.match(/https?:\/\/[^/"]+/g))]).toEqual(["http://cyclonedx.org", "https://github.com"]);
    expect(text.match(/https:\/\/github\.com(?!\/peer-exporter\/peer-exporter)/g)).toBeNull();
    expect(text).not.toContain(root);
  });

  test("gives the same bytes again, and takes its time from SOURCE_DATE_EPOCH", () => {
    expect(makeSbom({ SOURCE_DATE_EPOCH: "" })).toBe(text);
    const { metadata } = schema.parse(JSON.parse(makeSbom({ SOURCE_DATE_EPOCH: "1800000000" })));
    expect(metadata.timestamp).toBe("2027-01-15T08:00:00.000Z");
  }, 120_000);
});

describe("dist/THIRD-PARTY-LICENSES.txt", () => {
  const texts = readFileSync(join(root, "dist/THIRD-PARTY-LICENSES.txt"), "utf8").split(`\n${"-".repeat(80)}\n\n`);

  test("has the licence of every dependency that is built in, in full", () => {
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      const own = texts.find((text) => text.startsWith(`${name} ${version}: `));
      expect({ name, length: own?.length }).toMatchObject({ length: expect.any(Number) });
      expect(own).toMatch(/permission|licensed under/i);
    }
    for (const text of texts.slice(1)) expect(text.length, text.slice(0, 60)).toBeGreaterThan(300);
  });

  test("names nothing that is not in the lock file", () => {
    const locked = new Set(runTime.map(({ name, version, license }) => `${name} ${version}: ${license}`));
    const named = texts.slice(1).map((text) => text.split("\n")[0] ?? "");
    expect(named.filter((line) => !locked.has(line))).toEqual([]);
    expect(named.length).toBeGreaterThan(Object.keys(manifest.dependencies).length);
  });
});

describe("licences of a bundle", () => {
  const folder = tempFolder();
  function library(path: string, facts: object, files: Readonly<Record<string, string>>): string {
    mkdirSync(join(folder, path, "lib"), { recursive: true });
    for (const [name, text] of Object.entries({ ...files, "package.json": JSON.stringify(facts) }))
      writeFileSync(join(folder, path, name), text);
    return `${path}/lib/index.js`;
  }

  test("come from each library once, with its notices, also where libraries are nested or have a scope", () => {
    const facts = { name: "@a/b", version: "1.0.0", license: "MIT" };
    const inputs = [
      library("node_modules/@a/b", facts, { "LICENSE.md": "scoped text", NOTICE: "a notice" }),
      "node_modules/@a/b/other.js",
      library("node_modules/@a/b/node_modules/c", { ...facts, name: "c" }, { LICENCE: "nested text" }),
      library("node_modules/d", { ...facts, name: "d", author: { name: "Somebody" } }, {}),
      "src/main.ts",
    ];
    const text = thirdPartyLicences(inputs, folder);
    expect(text.match(/^.+ 1\.0\.0: MIT$/gm)).toEqual(["@a/b 1.0.0: MIT", "c 1.0.0: MIT", "d 1.0.0: MIT"]);
    for (const part of ["scoped text\n\na notice", "nested text", "Author: Somebody"]) expect(text).toContain(part);
  });

  test("a library without a licence cannot be built in", () => {
    const input = library("node_modules/e", { name: "e", version: "1.0.0" }, {});
    expect(() => thirdPartyLicences([input], folder)).toThrow("e: no licence in its package.json");
  });
});
