// Reads pages with the tests' strict parser.
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bytesOf } from "./scrapers.mjs";

const PARSER = fileURLToPath(new URL("../../test/support/exposition-parser.ts", import.meta.url));

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {Iterable<{ type: string, isZipped: boolean, file: string }>} pages
 * @param {number} nodes how many of them each page must have
 * @returns {Promise<{ read: number, series: number, invalid: string[] }>} series: the most of one page
 */
export async function checkPages(scope, pages, nodes) {
  const outfile = join(await scope.folder(), "parser.mjs");
  await build({ entryPoints: [PARSER], outfile, bundle: true, format: "esm", platform: "node", logLevel: "warning" });
  const { parseText, parseOpenMetrics } = await import(pathToFileURL(outfile).href);
  const result = { read: 0, series: 0, invalid: [] };
  for (const page of pages) {
    result.read += 1;
    try {
      const parse = page.type.startsWith("application/openmetrics-text") ? parseOpenMetrics : parseText;
      const { families } = parse(await bytesOf(page));
      const up = families.find(({ name }) => name === "p2p_node_up");
      if (up?.samples.length !== nodes) throw new Error(`${up?.samples.length} nodes instead of ${nodes}`);
      const series = families.reduce((sum, { samples }) => sum + samples.length, 0);
      result.series = Math.max(result.series, series);
    } catch (error) {
      result.invalid.push(`${page.type}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return result;
}
