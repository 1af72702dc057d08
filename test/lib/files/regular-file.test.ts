import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CALLING_THREAD, type FileSystem, readRegularFile, THREAD_POOL } from "../../../src/lib/files/regular-file.ts";
import { tempFolder } from "../../support/servers.ts";

const MAX = 1000;

/** A file of its own with this content. */
function fileWith(content: string): string {
  const path = join(tempFolder(), "file");
  writeFileSync(path, content);
  return path;
}

/** The real system, but for these calls; and how often it was asked to open something. */
function systemWith(changed: Partial<FileSystem>, real: FileSystem = THREAD_POOL) {
  let opened = 0;
  const system: FileSystem = {
    ...real,
    open: (path, flags) => {
      opened += 1;
      return real.open(path, flags);
    },
    ...changed,
  };
  return { system, opened: () => opened };
}

describe.each([
  ["the pool of threads", THREAD_POOL],
  ["the calling thread", CALLING_THREAD],
])("readRegularFile in %s", (_, system) => {
  const read = (path: string, maxBytes = MAX) =>
    readRegularFile(path, maxBytes, system).then(({ bytes }) => bytes.toString("utf8"));

  it("gives the content as it is, also of an empty file and of the largest allowed", async () => {
    expect(await read(fileWith("a\r\nb\0\n"))).toBe("a\r\nb\0\n");
    expect(await read(fileWith(""))).toBe("");
    const largest = "x".repeat(MAX);
    expect(await read(fileWith(largest))).toBe(largest);
  });

  it("follows symbolic links", async () => {
    const folder = tempFolder();
    symlinkSync(fileWith("linked"), join(folder, "one"));
    symlinkSync("one", join(folder, "two"));
    expect(await read(join(folder, "two"))).toBe("linked");
  });

  it("reads files of /proc, which have no size, up to the bound", async () => {
    expect(await read("/proc/self/status", 100_000)).toContain("VmRSS");
    expect(await read("/proc/self/mountinfo", 2 ** 20)).toContain(" / ");
    await expect(read("/proc/self/status", 100)).rejects.toThrow("it is larger than 1 KiB");
  });

  it("refuses a larger file, also a sparse one of which nothing is on the disk", async () => {
    await expect(read(fileWith("x".repeat(MAX + 1)))).rejects.toThrow("it is larger than 1 KiB");
    const sparse = fileWith("");
    truncateSync(sparse, 5 * 2 ** 30);
    await expect(read(sparse, 2 ** 20)).rejects.toThrow("it is larger than 1 MiB");
  });

  it("gives the system's code", async () => {
    const folder = tempFolder();
    symlinkSync("round", join(folder, "round"));
    await expect(read(join(folder, "round"))).rejects.toMatchObject({ code: "ELOOP" });
    await expect(read(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(read(join(fileWith("a"), "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(read("/")).rejects.toMatchObject({ code: "EISDIR" });
  });
});

describe("readRegularFile", () => {
  it("opens neither devices, FIFOs and sockets nor links to them", async () => {
    const folder = tempFolder();
    execFileSync("mkfifo", [join(folder, "fifo")]);
    symlinkSync("fifo", join(folder, "link"));
    const server = createServer().listen(join(folder, "socket"));
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    mkdirSync(join(folder, "folder"));
    const { system, opened } = systemWith({});
    const found = async (path: string) =>
      readRegularFile(path, MAX, system).then(
        () => "read",
        (error: Error) => error.message,
      );
    expect(await Promise.all(["/dev/zero", "/dev/tty", "/dev/stdin"].map(found))).toEqual(
      expect.arrayContaining(["it is a character device, expected a regular file"]),
    );
    expect(await found("/dev/zero")).toBe("it is a character device, expected a regular file");
    expect(await found(join(folder, "fifo"))).toBe("it is a FIFO or pipe, expected a regular file");
    expect(await found(join(folder, "link"))).toBe("it is a FIFO or pipe, expected a regular file");
    expect(await found(join(folder, "socket"))).toBe("it is a socket, expected a regular file");
    expect(await found(join(folder, "folder"))).toBe("a folder");
    expect(opened()).toBe(0);
  });

  it("finds a FIFO that took the file's place after the look at it, and neither waits for its writer nor keeps it open", async () => {
    const path = fileWith("regular");
    const fifo = join(tempFolder(), "fifo");
    execFileSync("mkfifo", [fifo]);
    let closed = 0;
    const { system } = systemWith({
      open: (_, flags) => THREAD_POOL.open(fifo, flags),
      close: (file) => {
        closed += 1;
        return THREAD_POOL.close(file);
      },
    });
    await expect(readRegularFile(path, MAX, system)).rejects.toThrow("it is a FIFO or pipe");
    expect(closed).toBe(1);
  });

  it("is not led beyond the bound by a file without a size that goes on", async () => {
    let asked = 0;
    const { system } = systemWith({
      read: async (_file, into, offset) => {
        asked += into.length - offset;
        return into.length - offset;
      },
    });
    await expect(readRegularFile("/proc/self/status", 100_000, system)).rejects.toThrow("larger than 98 KiB");
    expect(asked).toBe(100_001);
  });

  it("puts together what comes in pieces, and takes the end where it is", async () => {
    const path = fileWith("x".repeat(10));
    const pieces = ["ab", "c", ""];
    const { system } = systemWith({
      read: async (_file, into, offset) => into.write(pieces.shift() ?? "", offset),
    });
    const { bytes } = await readRegularFile(path, MAX, system);
    expect(bytes.toString()).toBe("abc");
  });

  it("gives of a file that grows what it held when it was opened", async () => {
    const path = fileWith("before");
    const { system } = systemWith({
      fstat: async (file) => {
        const facts = await THREAD_POOL.fstat(file);
        appendFileSync(path, " and after");
        return facts;
      },
    });
    expect((await readRegularFile(path, MAX, system)).bytes.toString()).toBe("before");
  });
});
