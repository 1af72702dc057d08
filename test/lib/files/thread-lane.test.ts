import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createThreadLane } from "../../../src/lib/files/thread-lane.ts";
import { tempFolder } from "../../support/servers.ts";

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

  it("starts a new thread after one that was idle, and fails where there is none", async () => {
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
