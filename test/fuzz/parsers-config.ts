import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/schema/problems.ts";
import { mutated } from "./mutated.ts";
import type { ParserTarget } from "./parsers.ts";

/** Stands where passwords and tokens stand. */
const SECRET = "Zq7pw9Zq7";

const SECRET_IN_URL = new RegExp(`//\\S*${SECRET}`);

const FLAGS = [{ name: "flag-1", chain: "monero", url: "http://127.0.0.1:18081" }];

let file: string | undefined;

/** One file for the whole process, which takes it away at its end. */
function configFile(): string {
  if (file !== undefined) return file;
  const folder = mkdtempSync(join(tmpdir(), "peer-exporter-fuzz-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  file = join(folder, "config.yaml");
  return file;
}

/** A file near config.example.yaml either loads, or every problem has its place in the file. */
export const CONFIG_TARGET: ParserTarget = {
  name: "config",
  texts: () => mutated(examples()),
  async check(text) {
    const path = configFile();
    writeFileSync(path, text);
    try {
      await loadConfig({ file: path, nodes: text.length % 7 === 0 ? FLAGS : [], env: { NODE_TOKEN: SECRET } });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error.problems.length === 0) throw new Error("a ConfigError without a problem", { cause: error });
      for (const problem of error.problems) checkProblem(problem, path, text);
    }
  },
};

function checkProblem(problem: string, path: string, text: string): void {
  const [, line = "", column = ""] = /^(?::(\d+):(\d+))?: ./s.exec(problem.slice(path.length)) ?? [];
  const isPlaced = problem.startsWith(path) && Number(line) >= 1 && Number(column) >= 1;
  const isWhole = /^: (?:the aliases|expected text in UTF-8)/.test(problem.slice(path.length));
  const isFlag = problem.startsWith("--node ");
  if (!isPlaced && !isWhole && !isFlag) throw new Error(`a problem without a place: ${problem}`);
  if (Number(line) > text.split(/\r\n|\r|\n/).length) throw new Error(`a place behind the end: ${problem}`);
  // Under a key that holds no secret a word may be repeated, but nothing that is part of a URL.
  if (SECRET_IN_URL.test(problem)) throw new Error(`a problem that repeats a secret: ${problem}`);
}

/** The example without its comments, in pieces that are near to each other, and with every setting that is off. */
function examples(): readonly string[] {
  const root = process.env.FUZZ_ROOT ?? join(import.meta.dirname, "../..");
  const example = readFileSync(join(root, "config.example.yaml"), "utf8");
  const active = example.replace(/^ *# .*\n/gm, "").replace(/\n\n+/g, "\n");
  return [
    active.replace(/^ *#.*\n/gm, ""),
    active.replace(/^( *)#(?! )/gm, "$1").replaceAll(`\${NODE_PASSWORD}`, SECRET),
    `nodes:\n  - {name: a, chain: wire, url: "http://h/\${NODE_TOKEN}", auth: {bearer: {token: ${SECRET}}}}\n`,
    `nodes:\n- &a\n  name: a\n  chain: monero\n  url: http://${SECRET}@h\n- <<: *a\n  name: b\n- *a\n`,
  ];
}
