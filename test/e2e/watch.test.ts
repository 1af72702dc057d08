import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changedRow, rowsOf } from "../chains/wire/support.ts";
import { PROGRAM } from "../support/exporter.ts";
import { type FakeNode, json, lonelyWire, startFakeNode } from "../support/fake-node.ts";
import { findServer, type RunningProgram, run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/** `peers --watch` and `nodes --watch` on a real terminal, which they give back as it was. */

const script = findServer("script", "apt-get install bsdutils");

const ESC = "\u001b[";

let node: FakeNode;
let config: string;

/** A peer whose name a terminal would obey. */
const HOSTILE = changedRow(rowsOf("s11-spring-1.1")[0], {}, { agent: `${ESC}2Jagent` });

beforeAll(async () => {
  node = await startFakeNode((request) =>
    request.url === "/v1/net/connections" ? json([HOSTILE]) : lonelyWire(request),
  );
  config = join(tempFolder(), "config.yaml");
  const nodes = ["one", "two"].map((name) => ({ name, chain: "wire", url: node.url }));
  writeFileSync(
    config,
    JSON.stringify({ nodes: [...nodes, { name: "gone", chain: "wire", url: "http://127.0.0.1:9" }] }),
  );
});
afterAll(() => node.close());

describe.skipIf(script === undefined)("a watch", { concurrent: true }, () => {
  /** A shell on a terminal of 12 lines, which says how the program ended and what the terminal is like then. */
  async function terminal(command: string, env: Readonly<Record<string, string>> = {}): Promise<RunningProgram> {
    const watch = `'${process.execPath}' '${PROGRAM}' ${command} --config.file='${config}'`;
    const steps = `stty cols 70 rows 12; tty; sh -c 'echo pid $$; exec "$@"' sh ${watch}; echo "code $?"; stty -a; exit`;
    return startProcess(script ?? "", ["-qec", steps, "/dev/null"], {
      env: { NO_COLOR: "1", FORCE_COLOR: undefined, TERM: "xterm", ...env },
      isTypedTo: true,
    });
  }

  async function shows(program: RunningProgram, text: string | RegExp, times = 1): Promise<void> {
    await waitFor(() => program.stdout().split(text).length > times, `${text}`, { timeoutMs: 30_000, program });
  }

  /** What `stty -a` says, and that everything that was entered was left. */
  function expectClean(program: RunningProgram): void {
    const all = program.stdout();
    const end = all.slice(all.lastIndexOf(`${ESC}?1049l`));
    expect(all.split(`${ESC}?1049h`)).toHaveLength(all.split(`${ESC}?1049l`).length);
    for (const mode of ["?25", "?7"]) {
      expect(all.lastIndexOf(`${ESC}${mode}h`)).toBeGreaterThan(all.lastIndexOf(`${ESC}${mode}l`));
    }
    expect(all.lastIndexOf(`${ESC}?2004l`)).toBeGreaterThan(all.lastIndexOf(`${ESC}?2004h`));
    for (const flag of ["isig", "icanon", "echo", "icrnl", "ixon"])
      expect(end).toMatch(new RegExp(`[ ;\\n]${flag}\\b`));
    expect(end).not.toContain(`${ESC}2J`);
  }

  test("scrolls, sorts, follows the size of the window, and q leaves the terminal clean", async () => {
    const program = await terminal("peers --watch=1s");
    await shows(program, "3 nodes, 1 down, 2 peers");
    await shows(program, "gone DOWN peers connect: ");
    expect(program.stdout()).toMatch(/NODE +PEER/);
    expect(program.stdout()).toContain("\ufffd[2Jagent");
    program.type("1");
    await shows(program, /NODE[\u25b2^]/);
    program.type("?");
    await shows(program, "scroll by a page");
    program.type("?/two");
    await shows(program, "/two_");
    const [, tty = ""] = /^(\/dev\/\S+)/m.exec(program.stdout()) ?? [];
    await run("stty", ["-F", tty, "cols", "60", "rows", "20"]);
    await shows(program, `${ESC}20;1H/two_`);
    program.type("\rq");
    expect(await program.exited).toBe(0);
    expect(program.stdout()).toContain("1049l3 nodes, 1 down, 2 peers\r\ncode 0\r\n");
    expectClean(program);
  });

  test.each([
    ["SIGTERM", 0],
    ["SIGHUP", 129],
  ] as const)("leaves the terminal clean at %s", async (signal, code) => {
    const program = await terminal("nodes --watch=1s");
    await shows(program, "3 nodes, 1 down");
    process.kill(Number(/^pid (\d+)/m.exec(program.stdout())?.[1]), signal);
    await program.exited;
    expect(program.stdout()).toContain(`code ${code}\r\n`);
    expectClean(program);
  });

  test("comes back after Ctrl-Z and SIGCONT, and Ctrl-C ends it with 0", async () => {
    const program = await terminal("peers one --watch=1s");
    await shows(program, "wire v1, chain aaaaaaaa");
    program.type("\u001a");
    await shows(program, `${ESC}?1049l`);
    // A process group without a shell that could continue it is not stopped by the system.
    await shows(program, `${ESC}?1049h`, 2);
    program.type("\u0003");
    await program.exited;
    expect(program.stdout()).toContain("code 0\r\n");
    expectClean(program);
  });

  test("appends rounds where the terminal cannot move its cursor", async () => {
    const program = await terminal("peers one --watch=1s", { TERM: "dumb" });
    await shows(program, / UTC\r\n\r\none /, 2);
    program.type("\u0003");
    await program.exited;
    expect(program.stdout()).not.toContain(ESC);
  });
});
