import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FileWatch, watchFiles } from "../../../src/lib/files/watch.ts";
import { waitFor } from "../../support/servers.ts";

describe("watchFiles", () => {
  let folder = "";
  let watch: FileWatch | undefined;
  const onChange = vi.fn();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "watch-"));
    onChange.mockReset();
  });
  afterEach(async () => {
    watch?.stop();
    await rm(folder, { recursive: true });
  });

  /** All at once: the watch may look between the two steps of a plain write, and finds an empty file. */
  async function replace(name: string, text: string) {
    await writeFile(join(folder, `${name}.new`), text);
    await rename(join(folder, `${name}.new`), join(folder, name));
  }

  const untilChanges = (count: number) => waitFor(() => onChange.mock.calls.length >= count, `${count} changes`);

  /** Until the watch has looked at everything that was there before. */
  function start(...names: readonly string[]) {
    let looks = 0;
    const paths = () => {
      looks += 1;
      return names.map((name) => join(folder, name));
    };
    watch = watchFiles({ paths, onChange, everyMs: 5 });
    return async (more = 2) => {
      const wanted = looks + more;
      await waitFor(() => looks >= wanted, `${wanted} looks`);
    };
  }

  it("reports new contents, a removed file and a new file", async () => {
    await writeFile(join(folder, "a"), "1");
    const looked = start("a");
    await looked();
    expect(onChange).not.toHaveBeenCalled();
    await replace("a", "2");
    await untilChanges(1);
    expect(onChange).toHaveBeenCalledTimes(1);
    await rm(join(folder, "a"));
    await untilChanges(2);
    expect(onChange).toHaveBeenCalledTimes(2);
    await replace("a", "2");
    await untilChanges(3);
  });

  it("does not take the same contents written again for a change", async () => {
    await writeFile(join(folder, "a"), "1");
    const looked = start("a");
    await looked();
    await replace("a", "1");
    await looked(3);
    expect(onChange).not.toHaveBeenCalled();
  });

  it("sees the swap of a symbolic link above the file, as Kubernetes updates a ConfigMap", async () => {
    for (const [name, text] of [
      ["..one", "1"],
      ["..two", "2"],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "config.yaml"), text);
    }
    await symlink("..one", join(folder, "..data"));
    await symlink("..data/config.yaml", join(folder, "config.yaml"));
    const looked = start("config.yaml");
    await looked();
    await symlink("..two", join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    await untilChanges(1);
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  it("looks no more while the change is being handled, and not after the stop", async () => {
    await writeFile(join(folder, "a"), "1");
    let release = () => {};
    onChange.mockImplementation(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const looked = start("a");
    await looked();
    await replace("a", "2");
    await untilChanges(1);
    expect(onChange).toHaveBeenCalledTimes(1);
    await replace("a", "3");
    release();
    await untilChanges(2);
    expect(onChange).toHaveBeenCalledTimes(2);
    watch?.stop();
    release();
    await replace("a", "4");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(onChange).toHaveBeenCalledTimes(2);
  });
});
