import type { Program } from "../programs.ts";

/** The btcd of the tests, which no package of Debian has: the one place where its version stands. */
export const BTCD: Program = {
  name: "btcd",
  source: { module: "github.com/btcsuite/btcd", version: "v0.26.0", folder: "." },
  install: "put btcd of https://github.com/btcsuite/btcd/releases on PATH",
};
