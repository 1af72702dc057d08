import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import {
  findProgram,
  findServer,
  freePort,
  requireProgram,
  run,
  startProcess,
  tempFolder,
  waitFor,
} from "./servers.ts";

const node = process.execPath;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("findServer", () => {
  it("finds a program on PATH", () => {
    expect(findServer("sh", "apt-get install dash")).toBe(findProgram("sh"));
    expect(requireProgram("sh")).toMatch(/\/sh$/);
  });

  it("says what to install where it is missing", () => {
    vi.stubEnv("CI", "");
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(findServer("no-such-d", "apt-get install such")).toBeUndefined();
    expect(write.mock.calls).toEqual([
      ["tests that need no-such-d are skipped: it is not on PATH (apt-get install such)\n"],
    ]);
    expect(() => requireProgram("no-such-d")).toThrow("no-such-d is not on PATH");
  });

  it("fails in CI", () => {
    vi.stubEnv("CI", "true");
    expect(() => findServer("no-such-d", "apt-get install such")).toThrow(
      /no-such-d cannot run: .*apt-get install such/,
    );
  });
});

describe("freePort", () => {
  it("gives different ports that can be listened on", async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    expect(new Set(ports).size).toBe(3);
    const server = createServer().listen(ports[0], "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    server.close();
  });
});

describe("waitFor", () => {
  it("gives what the condition gives in the end", async () => {
    let calls = 0;
    const result = waitFor(() => (++calls < 3 ? undefined : "there"), "the third call");
    await expect(result).resolves.toBe("there");
  });

  it("names what it waited for, and the last error", async () => {
    const refuse = (): never => {
      throw new Error("refused");
    };
    await expect(waitFor(refuse, "the server", { timeoutMs: 120 })).rejects.toThrow(
      "gave up after 120 ms waiting for the server; last error: refused",
    );
  });

  it("gives up on a condition that hangs", async () => {
    await expect(waitFor(() => new Promise<undefined>(() => {}), "nothing", { timeoutMs: 120 })).rejects.toThrow(
      /^gave up after 120 ms/,
    );
  });

  it("gives up when the program ends", async () => {
    const program = await startProcess(node, ["-e", "console.log('no such flag'); process.exit(3)"]);
    await expect(waitFor(() => undefined, "it to listen", { timeoutMs: 5000, program })).rejects.toThrow(
      "node ended with 3 while waiting for it to listen:\nno such flag\n",
    );
  });
});

describe("startProcess", () => {
  it("keeps what the program writes", async () => {
    const result = await run(node, ["-e", "console.error(process.env.A); process.stdin.pipe(process.stdout)"], {
      env: { A: "from env" },
      input: "from stdin",
    });
    expect(result).toMatchObject({ code: 0, stdout: "from stdin" });
    expect(result.output).toContain("from env\n");
  });

  it("stops a program with SIGTERM", async () => {
    const program = await startProcess(node, ["-e", "setInterval(() => {}, 1000)"]);
    expect(program.exitCode()).toBeUndefined();
    await expect(program.stop()).resolves.toBe(143);
    await expect(program.stop()).resolves.toBe(143);
    expect(() => process.kill(program.pid, 0)).toThrow("ESRCH");
  });

  it("fails where there is no such program", async () => {
    await expect(startProcess("no-such-d", [])).rejects.toThrow("cannot start no-such-d");
  });

  it("leaves nothing behind when a test hangs and its worker is killed", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "hanging.test.ts"), hangingTest(join(folder, "started.json")));
    const vitest = await startProcess(node, ["node_modules/vitest/vitest.mjs", "run", "--globals", "--root", folder]);
    const started = await waitFor(() => readStarted(join(folder, "started.json")), "the test to start", {
      timeoutMs: 15_000,
      program: vitest,
    });
    expect(isAlive(started.program)).toBe(true);
    process.kill(started.worker, "SIGKILL");
    await waitFor(() => !isAlive(started.program), "the program to be killed");
    await waitFor(() => !existsSync(started.folder), "its folder to be removed");
    await vitest.stop();
  }, 30_000);
});

const hangingTest = (report: string): string => `
import { renameSync, writeFileSync } from "node:fs";
import { startProcess, tempFolder } from ${JSON.stringify(join(import.meta.dirname, "servers.ts"))};
test("hangs", async () => {
  const { pid } = await startProcess("sleep", ["600"]);
  const started = { program: pid, worker: process.pid, folder: tempFolder() };
  writeFileSync(${JSON.stringify(`${report}.new`)}, JSON.stringify(started));
  renameSync(${JSON.stringify(`${report}.new`)}, ${JSON.stringify(report)});
  await new Promise(() => {});
});
`;

function readStarted(path: string): { program: number; worker: number; folder: string } {
  return z
    .object({ program: z.number(), worker: z.number(), folder: z.string() })
    .parse(JSON.parse(readFileSync(path, "utf8")));
}

/** A container whose first process reaps nobody keeps killed programs as zombies; those count as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = `/proc/${pid}/stat`;
    return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, "utf8"));
  } catch {
    return false;
  }
}
