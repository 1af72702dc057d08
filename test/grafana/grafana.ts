import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import * as z from "zod";
import { tempFolder } from "../support/servers.ts";

/** Grafana's own code from npm: library/evaluate.mjs says what is done with it. */

/** Where `npm run grafana-library` installs the packages of library/package.json. */
const INSTALLED = fileURLToPath(new URL("../../node_modules/.grafana-library/node_modules/", import.meta.url));
const LIBRARY = fileURLToPath(new URL("library/", import.meta.url));

type Grafana = typeof import("./library/evaluate.mjs");

/** What only pages of Grafana need. The library asks for these, but leaves it to the program to have them. */
const PAGES = ["react", "react-dom", "react-router-dom", "@grafana/ui", "@grafana/e2e-selectors", "@grafana/assistant"];

/** Whether the library is installed. Without it a line says so; in CI it is a failure, not a skipped test. */
export function hasGrafana(): boolean {
  if (existsSync(join(INSTALLED, "@grafana/prometheus/package.json"))) return true;
  const message = "tests that need Grafana's code are skipped: it is not installed (npm run grafana-library)";
  if (process.env.CI === "true") throw new Error(message.replace("are skipped", "cannot run"));
  process.stderr.write(`${message}\n`);
  return false;
}

/** Loads it into this process. */
export async function loadGrafana(): Promise<Grafana> {
  const grafana: Grafana = createRequire(import.meta.url)(await bundleGrafana(join(LIBRARY, "evaluate.mjs")));
  return grafana;
}

/** Bundles a program that imports Grafana's code for Node, without what draws. Gives the path of the CommonJS file. */
export async function bundleGrafana(entry: string): Promise<string> {
  const outfile = join(tempFolder(), "grafana.cjs");
  await build({
    entryPoints: [entry],
    outfile,
    nodePaths: [INSTALLED],
    bundle: true,
    platform: "node",
    format: "cjs",
    mainFields: ["module", "main"],
    logLevel: "error",
    plugins: [withoutPages()],
    // Some of it looks for the browser that it is in.
    banner: {
      js: [
        'const window = { location: new URL("http://grafana.example/"), addEventListener() {} };',
        "const IntersectionObserver = class {};",
        'const navigator = { language: "en-US", languages: ["en-US"] };',
      ].join("\n"),
    },
  });
  return outfile;
}

function withoutPages(): Plugin {
  const text = readFileSync(join(LIBRARY, "package.json"), "utf8");
  const { overrides } = z.object({ overrides: z.record(z.string(), z.string()) }).parse(JSON.parse(text));
  const absent = [...PAGES, ...Object.keys(overrides)];
  return {
    name: "without pages",
    setup({ onResolve }) {
      onResolve({ filter: /^@grafana\/runtime$/ }, () => ({ path: join(LIBRARY, "runtime.cjs") }));
      onResolve({ filter: /^[@\w]/ }, ({ path }) => {
        const isAbsent = absent.some((name) => path === name || path.startsWith(`${name}/`));
        return isAbsent ? { path: join(LIBRARY, "stub.cjs") } : undefined;
      });
    },
  };
}
