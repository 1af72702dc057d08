import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { logLines, PROGRAM } from "../support/exporter.ts";
import { run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/** A defect outside of all polls ends the real program; what it says then is tested with many secrets in secrets.test.ts. */

const SECRET = "s3cret-of-the-url";
const NODE = `--node=one=wire+http://127.0.0.1:1/${SECRET}`;

/** Code that runs in the program's process before it. */
function preload(code: string): string {
  const file = join(tempFolder(), "preload.mjs");
  writeFileSync(file, code);
  return pathToFileURL(file).href;
}

function program(code: string, ...args: readonly string[]): readonly string[] {
  return ["--import", preload(code), PROGRAM, ...args];
}

describe("before the configuration is known", () => {
  const code = `process.on("newListener", (event) => {
    if (event === "uncaughtException") process.nextTick(() => { throw new TypeError("${SECRET}"); });
  });`;

  test("an internal error is reported without its message, on standard error, with exit code 70", async () => {
    // Reading a file takes a moment.
    const file = join(tempFolder(), "config.yaml");
    writeFileSync(file, `nodes: [{name: one, chain: wire, url: "http://127.0.0.1:1/${SECRET}"}]`);
    const args = program(code, "check", "--config.file", file);
    const { code: exitCode, output } = await run(process.execPath, args);
    expect(exitCode).toBe(70);
    expect(output).toMatch(/^peer-exporter: internal error, please report it: TypeError: \(the message is withheld/m);
    expect(output).toMatch(/^ {4}at .*preload\.mjs:\d+:\d+/m);
    expect(output).not.toContain(SECRET);
  });
});

describe("in a command that prints and ends", () => {
  const code = `const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...rest) => {
    if (String(text).includes("valid")) throw new Error("cannot write ${SECRET}");
    return write(text, ...rest);
  };`;

  test("an internal error is reported without the secrets of the configuration", async () => {
    const { code: exitCode, output } = await run(process.execPath, program(code, "check", NODE));
    expect(exitCode).toBe(70);
    expect(output).toContain("please report it: Error: cannot write <secret>\n    at ");
    expect(output).not.toContain(SECRET);
  });
});

describe("while it serves", () => {
  test.each([
    ["an exception", 'setImmediate(() => { throw new Error("broken"); })', { type: "Error", message: "broken" }],
    [
      "a rejection that nobody awaits",
      'Promise.reject(new RangeError("lost"))',
      { type: "RangeError", message: "lost" },
    ],
    ["a rejection without an error", "Promise.reject(undefined)", { type: "UnhandledPromiseRejection" }],
    [
      "an event of an error that nobody hears",
      'process.stdin.emit("error", new Error("unheard"))',
      { message: "unheard" },
    ],
  ])("%s is the last line of the log, and the exit code is 70", async (_, defect, err) => {
    const running = await startProcess(
      process.execPath,
      program(`process.on("SIGUSR2", () => { ${defect}; });`, NODE, "--web.listen-address=127.0.0.1:0"),
    );
    await waitFor(() => running.output().includes("serving /metrics"), "the exporter to serve", {
      timeoutMs: 20_000,
      program: running,
    });
    process.kill(running.pid, "SIGUSR2");
    expect(await running.exited).toBe(70);
    expect(running.stdout()).toBe("");
    expect(logLines(running).at(-1)).toMatchObject({ level: "fatal", exit_code: 70, err });
    expect(running.output()).not.toContain(SECRET);
  });
});
