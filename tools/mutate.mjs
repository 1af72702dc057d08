import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { recordCoverage } from "./mutate/coverage.mjs";
import { readEquivalents } from "./mutate/equivalents.mjs";
import { apply, mutantsOf, parses } from "./mutate/mutants.mjs";
import { shuffle } from "./mutate/sample.mjs";
import { createTestRunner } from "./mutate/test-runner.mjs";
import { createTypeCheck } from "./mutate/type-check.mjs";

const USAGE = `Usage: npm run mutate -- [PATH...] [--sample N] [--seed S] [--jobs N] [--tests PATH...] [--minimum PERCENT]
       [--all]

Breaks one place of the source at a time, in memory, and shows which of these mutants the unit tests notice.

  PATH               files or folders (default: src/poll src/metrics src/chains)
  --sample N         try N mutants, chosen at random (default: 100; 0: all)
  --seed S           choose other mutants (default: 1)
  --jobs N           run the tests of N mutants at the same time (default: 1)
  --tests PATH       use only these unit tests; repeatable (default: all that enter the mutated code)
  --minimum PERCENT  exit with 1 if the tests notice fewer (default: 90)
  --all              show the noticed mutants as well
`;

const root = resolve(import.meta.dirname, "..");
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    tests: { type: "string", multiple: true, default: [] },
    minimum: { type: "string", default: "90" },
    all: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  print(USAGE);
  process.exit();
}
process.exitCode = await main(positionals.length > 0 ? positionals : ["src/poll", "src/metrics", "src/chains"]);

async function main(paths) {
  const equivalents = readEquivalents(join(root, "tools/mutate/equivalent.json"));
  const files = paths.flatMap((path) => sourceFiles(resolve(path)));
  const mutants = files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return mutantsOf(text).map((mutant) => ({ ...mutant, file, text: apply(text, mutant) }));
  });
  const unlisted = mutants.filter((mutant) => !equivalents.has(relative(root, mutant.file), mutant));
  for (const { file, source, from } of equivalents.stale((file) => files.includes(join(root, file))))
    print(`equivalent.json: no mutant matches ${file}: ${source} (${from})\n`);

  const { chosen, invalid } = chooseValid(unlisted);
  print(
    `${mutants.length} mutants in ${files.length} files, ${mutants.length - unlisted.length} listed as equivalent, `,
  );
  print(`${chosen.length} chosen, ${invalid} skipped because they do not compile\n`);

  const folders = [...new Set(files.map((file) => dirname(file)))];
  const coverage = await recordCoverage(root, folders, options.tests);
  for (const test of coverage.failing) print(`skipped, as it fails without a mutant: ${test}\n`);

  const results = await tryAll(chosen, coverage);
  const noticed = results.filter(({ survived }) => !survived).length;
  const share = results.length === 0 ? 100 : (100 * noticed) / results.length;
  printShares(results);
  print(`${noticed} of ${results.length} mutants noticed: ${share.toFixed(1)} %\n`);
  return share < Number(options.minimum) ? 1 : 0;
}

function sourceFiles(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => join(path, name));
}

/** The sample: mutants that compile, in the order of the seed, so that a smaller sample begins a larger one. */
function chooseValid(mutants) {
  const types = createTypeCheck(root);
  const wanted = Number(options.sample) || mutants.length;
  const chosen = [];
  let invalid = 0;
  for (const mutant of shuffle(mutants, Number(options.seed))) {
    if (chosen.length === wanted) break;
    if (parses(mutant.text) && !types.hasErrors(mutant.file, mutant.text)) chosen.push(mutant);
    else invalid++;
  }
  types.close();
  return { chosen, invalid };
}

async function tryAll(mutants, coverage) {
  const queue = [...mutants];
  const results = [];
  await Promise.all(
    Array.from({ length: Number(options.jobs) }, async () => {
      const runner = createTestRunner();
      for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
        const result = { mutant, ...(await tryOne(runner, mutant, coverage)) };
        results.push(result);
        if (result.survived || options.all) printResult(result);
      }
      runner.close();
    }),
  );
  return results;
}

/**
 * The mutant is noticed when a test fails, twice so that a test that fails now and then does not count, or when it does not end in
 * several times its usual time.
 */
async function tryOne(runner, { file, text, ...mutant }, coverage) {
  const { files, durationMs } = coverage.testsFor(file, mutant);
  if (files.length === 0) return { survived: true, by: "no test enters it" };
  const run = (tests) => runner.request({ type: "run", file, text, tests }, 30_000 + 5 * durationMs);

  for (let from = 0; from < files.length; ) {
    const { failed, timedOut } = await run(files.slice(from));
    if (timedOut) return { survived: false, by: "time-out" };
    if (failed === undefined) break;
    const again = await run(failed.file === undefined ? files : [failed.file]);
    if (again.timedOut || again.failed) return { survived: false, by: failed.name };
    from = failed.file === undefined ? files.length : files.indexOf(failed.file) + 1;
  }
  return { survived: true, by: `${files.length} test files pass` };
}

function printResult({ mutant, survived, by }) {
  const { name, line, from, to, source } = mutant;
  const shown = (text) => (text === "" ? "(nothing)" : text.replaceAll(/\s+/g, " ").slice(0, 100));
  print(
    `${survived ? "survived" : "noticed "} ${relative(root, mutant.file)}:${line} ${name}: ${shown(from)} -> ${shown(to)}\n`,
  );
  print(`         ${source}\n         ${by}\n`);
}

function printShares(results) {
  const folderOf = ({ mutant }) => relative(root, mutant.file).split("/").slice(0, 2).join("/");
  const folders = [...new Set(results.map(folderOf))];
  for (const folder of folders.sort()) {
    const inside = results.filter((result) => folderOf(result) === folder);
    const noticed = inside.filter(({ survived }) => !survived).length;
    print(`${folder}: ${noticed} of ${inside.length} noticed (${((100 * noticed) / inside.length).toFixed(1)} %)\n`);
  }
}

function print(text) {
  process.stdout.write(text);
}
