import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { descriptorWarning, readDescriptors, shareDescriptors } from "../../src/app/descriptors.ts";
import { tempFolder } from "../support/servers.ts";

const MAX_CLIENTS = 512;

test("with the usual limit, clients have all their connections and nodes thousands", () => {
  const descriptors = { limit: 1_048_576, inUse: 22 };
  const shares = shareDescriptors(MAX_CLIENTS, descriptors);
  expect(shares.clients).toBe(MAX_CLIENTS);
  expect(shares.nodes).toBeGreaterThan(1_000_000);
  expect(descriptorWarning(5000, shares, descriptors)).toBeUndefined();
});

test("with 64 descriptors some stay for clients, and a warning says that 100 nodes share connections", () => {
  const descriptors = { limit: 64, inUse: 22 };
  const shares = shareDescriptors(MAX_CLIENTS, descriptors);
  expect(shares).toEqual({ nodes: 20, clients: 10 });
  expect(descriptorWarning(100, shares, descriptors)).toBe(
    "the limit of 64 open files leaves 20 connections for 100 nodes and 10 for clients: nodes take turns and connections " +
      "are closed between polls; raise the limit to 244 or more (ulimit -n, LimitNOFILE=)",
  );
  expect(descriptorWarning(10, shares, descriptors)).toBeUndefined();
});

test("without a limit of the system, nothing is bounded", () => {
  const shares = shareDescriptors(MAX_CLIENTS, undefined);
  expect(shares).toEqual({ nodes: Number.POSITIVE_INFINITY, clients: MAX_CLIENTS });
  expect(descriptorWarning(1e6, shares, undefined)).toBeUndefined();
});

test("nodes and clients always have a share, and together at most all descriptors if there are enough", () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 10, max: 60 }), (limit, inUse) => {
      const { nodes, clients } = shareDescriptors(MAX_CLIENTS, { limit, inUse });
      expect(nodes).toBeGreaterThanOrEqual(1);
      expect(clients).toBeGreaterThanOrEqual(2);
      expect(clients).toBeLessThanOrEqual(MAX_CLIENTS);
      if (limit - inUse >= 16) expect(nodes + clients + inUse).toBeLessThan(limit);
    }),
  );
});

function folderWith(limits: string): string {
  const folder = tempFolder();
  mkdirSync(join(folder, "fd"));
  for (const name of ["0", "1", "2"]) writeFileSync(join(folder, "fd", name), "");
  writeFileSync(join(folder, "limits"), limits);
  return folder;
}

test("the soft limit and the open descriptors are read from /proc", () => {
  const limits =
    "Limit                     Soft Limit           Hard Limit           Units\nMax open files            64                   4096                 files\n";
  expect(readDescriptors(folderWith(limits))).toEqual({ limit: 64, inUse: 3 });
});

test("without a limit or without /proc, the descriptors are unknown", () => {
  expect(
    readDescriptors(folderWith("Max open files            unlimited            unlimited            files\n")),
  ).toBeUndefined();
  expect(readDescriptors(join(tempFolder(), "none"))).toBeUndefined();
});
