// Loaded before the program (--import), also in its threads: a file whose path begins with a line of HANG_LIST is on a dead
// mount. The first call of the system for it does not return, since it opens HANG_FIFO, which has no writer.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { stat, statSync, open, openSync, readFileSync } = fs;
const { HANG_LIST, HANG_FIFO } = process.env;

const hangs = (path) =>
  readFileSync(HANG_LIST, "utf8")
    .split("\n")
    .some((begin) => begin !== "" && String(path).startsWith(begin));

fs.stat = (path, ...rest) => (hangs(path) ? open(HANG_FIFO, "r", rest.at(-1)) : stat(path, ...rest));
fs.statSync = (path, ...rest) => (hangs(path) ? openSync(HANG_FIFO, "r") : statSync(path, ...rest));
syncBuiltinESMExports();
