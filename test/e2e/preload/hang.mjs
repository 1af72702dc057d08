// Loaded before the program (--import), also in its threads: a file whose path begins with a line of HANG_LIST is on a dead
// mount. The first call of the system for it does not return until somebody writes to HANG_FIFO, and is noted in HANG_ASKED.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { appendFileSync, close, closeSync, open, openSync, readFileSync, stat, statSync } = fs;
const { HANG_LIST, HANG_FIFO, HANG_ASKED } = process.env;

function hangs(path) {
  const isListed = readFileSync(HANG_LIST, "utf8")
    .split("\n")
    .some((begin) => begin !== "" && String(path).startsWith(begin));
  if (isListed) appendFileSync(HANG_ASKED, `${path}\n`);
  return isListed;
}

fs.stat = (path, ...rest) => {
  if (!hangs(path)) return stat(path, ...rest);
  open(HANG_FIFO, "r", (_, file) => close(file, () => stat(path, ...rest)));
};
fs.statSync = (path, ...rest) => {
  if (hangs(path)) closeSync(openSync(HANG_FIFO, "r"));
  return statSync(path, ...rest);
};
syncBuiltinESMExports();
