import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDescriptors } from "../../src/lib/descriptors.ts";
import { tempFolder } from "../support/servers.ts";

function folderWith(limits: string): string {
  const folder = tempFolder();
  mkdirSync(join(folder, "fd"));
  for (const name of ["0", "1", "2"]) writeFileSync(join(folder, "fd", name), "");
  writeFileSync(join(folder, "limits"), limits);
  return folder;
}

test("the soft limit counts, beside what is open", () => {
  const limits =
    "Limit                     Soft Limit           Hard Limit           Units\nMax open files            64                   4096                 files\n";
  expect(readDescriptors(folderWith(limits))).toEqual({ limit: 64, inUse: 3 });
});

test("no limit and no /proc are the same: nothing is known", () => {
  expect(
    readDescriptors(folderWith("Max open files            unlimited            unlimited            files\n")),
  ).toBeUndefined();
  expect(readDescriptors(join(tempFolder(), "none"))).toBeUndefined();
});
