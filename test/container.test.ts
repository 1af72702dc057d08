import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { parseListenAddress } from "../src/server/listen-address.ts";

/** What can be said of Dockerfile, compose file and manual without running a container. */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

const dockerfile = read("Dockerfile");
const manual = read("docs/container.md");
const { version } = z.object({ version: z.string() }).parse(JSON.parse(read("package.json")));

function blocks(language: string): readonly string[] {
  const all = [...manual.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return all.filter(([, name]) => name === language).map(([, , text = ""]) => text.replaceAll("\\\n", " "));
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return entries.map((entry) => `${folder}/${entry}`).filter((path) => statSync(join(ROOT, path)).isFile());
}

/** The files of the repository that a source imports, relative to the root. */
function importsOf(file: string): readonly string[] {
  const found = read(file).matchAll(/(?:from|import\() ?"(\.\.?\/[^"?]+)(?:\?\w+)?"/g);
  return [...found].map(([, path = ""]) => normalize(join(dirname(file), path)));
}

/** Wrong usage is printed, and so are help and version. */
function usageErrors(args: readonly string[]): string {
  let errors = "";
  const err = (text: string) => {
    errors += text;
  };
  parseArguments(args, version, { out: () => {}, err });
  return errors;
}

describe("Dockerfile", () => {
  /** What .dockerignore lets through: its last line that fits decides. */
  const isLetThrough = (file: string) => {
    const lines = read(".dockerignore")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    const fits = (line: string) => {
      const path = line.replace("!", "");
      return path === "*" || file === path || file.startsWith(`${path}/`);
    };
    return lines.findLast(fits)?.startsWith("!") ?? true;
  };

  test("everything that .dockerignore lets through exists, and is neither secret nor history", () => {
    const listed = read(".dockerignore").match(/(?<=^!).*$/gm) ?? [];
    expect(listed.length).toBeGreaterThan(5);
    expect(listed.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    for (const file of [
      ".git/config",
      "config.yaml",
      "peer-exporter.yaml",
      ".npmrc",
      "out/SHA256SUMS",
      "node_modules/a",
    ])
      expect([file, isLetThrough(file)]).toEqual([file, false]);
    expect(isLetThrough("docs/images/overview.svg")).toBe(false);
  });

  test("the stage that builds gets every file that the program is built from", () => {
    expect(dockerfile).toMatch(/^COPY \. \.\n(?:.+\n)*RUN .*node scripts\/build\.mjs$/m);
    const needed = new Set([
      ...["scripts/build.mjs", "scripts/sbom.mjs", "scripts/image-files.mjs", "package-lock.json"],
      ...readdirSync(join(ROOT, "docs"))
        .filter((file) => file.endsWith(".md"))
        .map((file) => `docs/${file}`),
      ...["grafana/dashboards", ...filesBelow("src")],
    ]);
    // A set that grows is walked to its new end.
    for (const file of needed) {
      if (/\.(?:ts|mjs)$/.test(file)) for (const imported of importsOf(file)) needed.add(imported);
    }
    for (const file of ["prometheus/alerts.yaml", "config.schema.json", "scripts/build-info.mjs"])
      expect(needed).toContain(file);
    expect([...needed].filter((file) => !isLetThrough(file))).toEqual([]);
  });

  test("the version of its label is that of the package", () => {
    expect(dockerfile).toContain(`ARG VERSION=${version}\n`);
  });

  test("the stage that runs executes nothing, so that it is built for every architecture without emulation", () => {
    const stages = dockerfile.split(/^FROM /m).slice(1);
    expect(stages.map((stage) => /^RUN /m.test(stage))).toEqual([true, false]);
    const isText = /\.js$|^(?:THIRD-PARTY-LICENSES\.txt|package\.json)$/;
    expect(readdirSync(join(ROOT, "dist")).filter((file) => !isText.test(file))).toEqual([]);
  });

  test("entry point and health check are valid usage, without a shell", () => {
    const commands = [...dockerfile.matchAll(/(?:ENTRYPOINT|CMD) (\[.*\])$/gm)].map(([, list = ""]) =>
      JSON.parse(list),
    );
    expect(commands).toHaveLength(2);
    for (const [node, program, ...args] of commands) {
      expect([node, program]).toEqual(["node", "/app/dist/main.js"]);
      expect(usageErrors(args)).toBe("");
    }
  });
});

describe("docs/container.md", () => {
  const lines = blocks("sh")
    .flatMap((block) => block.split("\n"))
    .filter((line) => line !== "");
  const words = (line: string) => line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];

  test("every run is valid usage of the exporter", () => {
    const runs = lines.filter((line) => /^docker (?:run|exec)/.test(line)).map(words);
    expect(runs.length).toBeGreaterThan(5);
    for (const run of runs) {
      const image = run.findIndex((word, index) => index > 1 && word === "peer-exporter");
      expect(image).toBeGreaterThan(1);
      const args = run.slice(image + 1);
      expect(usageErrors(args[0] === "node" ? args.slice(2) : args)).toBe("");
    }
  });

  test("every build argument that it names exists", () => {
    const known = new Set([...dockerfile.matchAll(/^ARG (\w+)/gm)].map(([, name]) => name));
    const table = [...manual.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) => cell.match(/\w+/g) ?? []);
    const used = lines.flatMap((line) => [...line.matchAll(/--build-arg=(\w+)/g)].map(([, name = ""]) => name));
    expect(new Set(table)).toEqual(known);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  test("the default images are those of the Dockerfile", () => {
    for (const [, name = "", image = ""] of dockerfile.matchAll(/^ARG (\w+_IMAGE)=(\S+)$/gm)) {
      expect(manual).toMatch(new RegExp(`^\\| \`${name}\` .*\`${image}\``, "m"));
    }
  });

  test("the image has one name", () => {
    const name = /`(ghcr\.io\/[^`]+)`/.exec(manual)?.[1] ?? "";
    expect(read("compose.yaml")).toContain(`image: ${name}:${version}\n`);
  });
});

const command = z.array(z.string());
const service = z.strictObject({
  build: z.strictObject({ context: z.literal(".") }).optional(),
  image: z.string(),
  pull_policy: z.literal("build").optional(),
  command: command.optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:(\d+):\1$/)),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  mem_limit: z.string().optional(),
  restart: z.literal("unless-stopped"),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal("service_healthy") })).default({}),
  healthcheck: z.strictObject({
    test: z.tuple([z.literal("CMD")], z.string()),
    interval: z.string(),
    retries: z.number(),
  }),
});

describe("compose.yaml", () => {
  const compose = z
    .strictObject({
      name: z.string(),
      services: z.record(z.string(), service),
      volumes: z.record(z.string(), z.null()),
    })
    .parse(parse(read("compose.yaml")));
  const services = Object.entries(compose.services);

  test("every image has a version, and is full of its registry", () => {
    for (const [, { image }] of services)
      expect(image).toMatch(/^(?:docker\.io|ghcr\.io)\/[\w-]+\/[\w-]+:v?\d+\.\d+\.\d+$/);
  });

  test("every mounted file exists, read-only, and every volume is declared and used", () => {
    const mounts = services.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(":")));
    const [paths, names] = [
      mounts.filter(([from]) => from?.startsWith("./")),
      mounts.filter(([from]) => !from?.startsWith("./")),
    ];
    for (const [from = "", , mode] of paths)
      expect([from, existsSync(join(ROOT, from)), mode]).toEqual([from, true, "ro"]);
    expect(names.map(([name]) => name).sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  test("services are waited for and addressed by names that exist", () => {
    const known = services.map(([name]) => name);
    const awaited = services.flatMap(([, { depends_on }]) => Object.keys(depends_on));
    expect(awaited.filter((name) => !known.includes(name))).toEqual([]);
    const texts = [read("compose/prometheus.yml"), JSON.stringify(compose.services.grafana?.environment)];
    const addressed = texts.flatMap((text) => [...text.matchAll(/["/]([a-z]+):(\d+)["/]/g)]);
    expect(addressed).toHaveLength(3);
    for (const [, host = "", port] of addressed)
      expect(compose.services[host]?.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  });

  test("the arguments of the exporter and of its health check are valid", () => {
    const { exporter } = compose.services;
    const [, node, program, ...args] = exporter?.healthcheck.test ?? [];
    expect([node, program, usageErrors(args)]).toEqual(["node", "/app/dist/main.js", ""]);
    const silent = { out: () => {}, err: () => {} };
    expect(parseArguments(exporter?.command ?? [], version, silent)).toMatchObject({
      command: "demo",
      addresses: [parseListenAddress(":10900")],
    });
  });

  test("Grafana finds datasource and dashboards where its provisioning says", () => {
    const volumes = compose.services.grafana?.volumes.map((volume) => volume.split(":")) ?? [];
    const mounted = (target: string) => volumes.find(([, to]) => to === target)?.[0] ?? "";
    expect(statSync(join(ROOT, mounted("/etc/grafana/provisioning"), "datasources")).isDirectory()).toBe(true);
    const provider = z
      .object({ providers: z.tuple([z.object({ options: z.object({ path: z.string() }) })]) })
      .parse(parse(read("grafana/provisioning/dashboards/peer-exporter.yaml")));
    const dashboards = provider.providers[0].options.path;
    expect(mounted(dashboards)).toBe("./grafana/dashboards");
    const environment = compose.services.grafana?.environment ?? {};
    const home = environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? "";
    expect(existsSync(join(ROOT, home.replace(dashboards, mounted(dashboards))))).toBe(true);
    expect(read("grafana/provisioning/datasources/prometheus.yaml")).toContain("{PROMETHEUS_URL}");
    expect(environment).toHaveProperty("PROMETHEUS_URL");
  });

  test("the override of the manual is a service with good arguments", () => {
    const override = z
      .strictObject({
        services: z.strictObject({ exporter: z.strictObject({ command, volumes: z.tuple([z.string()]) }) }),
      })
      .parse(parse(blocks("yaml")[0] ?? ""));
    const { command: args, volumes } = override.services.exporter;
    expect(usageErrors(args)).toBe("");
    expect(`--config.file=${volumes[0].split(":")[1]}`).toBe(args[0]);
  });
});
