import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFileReader, createThreadLane, type Lane } from "../../../src/lib/files/file-reader.ts";
import type { FileContent } from "../../../src/lib/files/regular-file.ts";
import { tempFolder } from "../../support/servers.ts";
import { withResolvers } from "../../support/with-resolvers.ts";

const MAX = 1000;
const HANGS = "no response within 2 s: check whether its mount hangs";

/** Files that answer when the test says so; those of which it says nothing answer at once. */
function openDisk({ lanes = 6, deviceOf = (_path: string): number => 1 } = {}) {
  const held = new Map<string, () => void>();
  const hanging = new Set<string>();
  const asked: string[] = [];
  const lane =
    (number: number): Lane =>
    async (path) => {
      asked.push(`${number} ${path}`);
      if ([...hanging].some((begin) => path.startsWith(begin))) {
        const { promise, resolve } = withResolvers<undefined>();
        held.set(path, () => resolve(undefined));
        await promise;
        held.delete(path);
      }
      return { bytes: Buffer.from(`content of ${path}`), device: deviceOf(path) } satisfies FileContent;
    };
  const reader = createFileReader({
    lanes: Array.from({ length: lanes }, (_, number) => lane(number)),
    usualLanes: 2,
    slowMs: 500,
    deadlineMs: 2000,
  });
  /** What a reading came to, as a text. */
  const read = (path: string) =>
    reader.read(path, MAX).then(
      (bytes) => bytes.toString(),
      (error: Error) => error.message,
    );
  return { reader, read, hanging, asked, release: (path: string) => held.get(path)?.(), held };
}

const later = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe("createFileReader", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("reads a path once at a time: callers in the meantime share the next read, which starts after their call", async () => {
    const { read, hanging, asked, release } = openDisk();
    hanging.add("/a");
    const first = read("/a");
    const others = Promise.all([read("/a"), read("/x/../a"), read("/a")]);
    await later(0);
    expect(asked).toEqual(["0 /a"]);
    hanging.clear();
    release("/a");
    expect(await first).toBe("content of /a");
    expect(await others).toEqual(Array(3).fill("content of /a"));
    expect(asked).toHaveLength(2);
  });

  it("gives up a file after the deadline, and immediately while its reading still hangs", async () => {
    const { reader, read, hanging, asked, release } = openDisk();
    hanging.add("/a");
    const [first, second] = [read("/a"), read("/a")];
    await later(1999);
    expect(reader.hung()).toBe(0);
    await later(1);
    expect([await first, await second]).toEqual([HANGS, HANGS]);
    expect(await read("/a")).toBe(HANGS);
    expect(asked).toHaveLength(1);
    expect([reader.hung(), reader.running()]).toEqual([1, 1]);

    hanging.clear();
    release("/a");
    await later(0);
    expect([reader.hung(), reader.running()]).toEqual([0, 0]);
    expect(await read("/a")).toBe("content of /a");
  });

  it("takes further lanes only while others are slow, and the usual ones again afterwards", async () => {
    const { read, hanging, asked, release } = openDisk();
    hanging.add("/slow");
    const slow = [read("/slow/1"), read("/slow/2")];
    const well = read("/well");
    await later(499);
    expect(asked).toEqual(["0 /slow/1", "1 /slow/2"]);
    await later(1);
    expect(await well).toBe("content of /well");
    expect(asked.at(-1)).toBe("2 /well");
    for (const path of ["/slow/1", "/slow/2"]) release(path);
    await Promise.all(slow);
    await read("/well");
    expect(asked.at(-1)).toBe("0 /well");
  });

  it("reads those that are well on and on while a hundred others of a dead mount hang, each in a folder of its own", async () => {
    const { reader, read, hanging, asked } = openDisk({ deviceOf: (path) => (path.startsWith("/dead") ? 2 : 1) });
    const dead = Array.from({ length: 100 }, (_, index) => `/dead/${index}/token`);
    for (const path of [...dead, "/well/token"]) await read(path);
    asked.length = 0;
    hanging.add("/dead");
    const given = dead.map(read);
    const well = read("/well/token");
    for (let step = 0; step < 20; step += 1) await later(500);
    expect(await well).toBe("content of /well/token");
    const found = await Promise.all(given);
    expect(found.every((text) => text === HANGS || text.startsWith("not read, as "))).toBe(true);
    expect(reader.hung()).toBeLessThan(6);
    for (let round = 0; round < 3; round += 1) {
      expect(await read("/well/token")).toBe("content of /well/token");
      for (const path of dead) expect(await read(path)).toMatch(/^no response|^not read/);
    }
    expect(asked.filter((one) => one.includes("/dead"))).toHaveLength(reader.hung());
  });

  it("reads on what is well in the folder of files that hang", async () => {
    const { reader, read, hanging } = openDisk();
    for (const name of ["1", "2", "3", "4", "well"]) await read(`/folder/${name}`);
    for (const name of ["1", "2", "3", "4"]) hanging.add(`/folder/${name}`);
    const given = ["1", "2", "3", "4", "well"].map((name) => read(`/folder/${name}`));
    await later(10_000);
    expect(await Promise.all(given)).toEqual([HANGS, HANGS, HANGS, HANGS, "content of /folder/well"]);
    expect(reader.hung()).toBe(4);
    expect(await read("/folder/well")).toBe("content of /folder/well");
  });

  it("leaves the last lane to files that were well, on file systems of which nothing hangs", async () => {
    const { reader, read, hanging, asked } = openDisk({ deviceOf: (path) => path.length });
    await read("/well/file");
    hanging.add("/d");
    const given = Array.from({ length: 8 }, (_, index) => read(`/d${"d".repeat(index)}/file`));
    const well = read("/well/file");
    await later(10_000);
    expect(await well).toBe("content of /well/file");
    expect((await Promise.all(given)).at(-1)).toMatch(/^not read, as 5 other files hang, such as \/d\/file/);
    expect(reader.hung()).toBe(5);
    expect(await read("/dddddddd/file")).toMatch(/^not read/);
    expect(await read("/unknown/file")).toMatch(/^not read/);
    expect(await read("/well/file")).toBe("content of /well/file");
    expect(asked.at(-1)).toBe("5 /well/file");
  });

  it("fails all waiting reads immediately when all lanes hang", async () => {
    const { read, hanging, asked } = openDisk({ lanes: 2, deviceOf: (path) => path.length });
    await read("/b");
    hanging.add("/");
    const given = [read("/a/1"), read("/b")];
    await later(4000);
    expect(await Promise.all(given)).toEqual([HANGS, HANGS]);
    asked.length = 0;
    expect(await read("/c/3")).toMatch(/^not read/);
    expect(asked).toEqual([]);
  });

  it("does not take a process that was stopped for a file that hangs", async () => {
    const { read, hanging, release } = openDisk();
    hanging.add("/a");
    const given = read("/a");
    await later(500);
    vi.spyOn(performance, "now").mockImplementation(() => 60_000);
    await later(1500);
    vi.restoreAllMocks();
    release("/a");
    expect(await given).toBe("content of /a");
  });

  it("reads thousands at the same time, and gives each its content", async () => {
    const { read, reader } = openDisk();
    const paths = Array.from({ length: 5000 }, (_, index) => `/many/${index}`);
    expect(await Promise.all(paths.map(read))).toEqual(paths.map((path) => `content of ${path}`));
    expect(reader.running()).toBe(0);
  });
});

describe("createThreadLane", () => {
  it("reads one file after the other, and names what is wrong as a reader without a thread does", async () => {
    const lane = createThreadLane();
    const folder = tempFolder();
    const path = join(folder, "file");
    writeFileSync(path, "text\n");
    execFileSync("mkfifo", [join(folder, "fifo")]);
    const { bytes, device } = await lane(path, 100);
    expect(bytes.toString()).toBe("text\n");
    expect(device).toBeGreaterThan(0);
    await expect(lane(join(folder, "fifo"), 100)).rejects.toThrow("it is a FIFO or pipe, expected a regular file");
    await expect(lane(join(folder, "none"), 100)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(lane(path, 3)).rejects.toThrow("it is larger than 1 KiB");
    expect((await lane(path, 100)).bytes.toString()).toBe("text\n");
  });

  it("starts a new thread after an idle one has ended, and fails if no thread can be started", async () => {
    const path = join(tempFolder(), "file");
    writeFileSync(path, "text");
    const lane = createThreadLane({ idleMs: 1 });
    expect((await lane(path, 100)).bytes.toString()).toBe("text");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await lane(path, 100)).bytes.toString()).toBe("text");
    const none = createThreadLane({ load: async () => "throw new Error()" });
    await expect(none(path, 100)).rejects.toThrow("the thread that reads it has ended");
  });
});
