// Loaded before the program (--import): a file whose path begins with a line of HANG_LIST is on a dead mount. The first call
// of the system for it does not return until somebody writes to HANG_FIFO, and is noted in HANG_ASKED. Threads that run a
// text do not load this, so that it is put before their text.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import workerThreads from "node:worker_threads";

/** Refers to nothing around it, as threads get its text. */
function install(fs) {
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
}

install(fs);
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(program, options) {
    super(options?.eval ? `(${install})(require("node:fs"));\n${program}` : program, options);
  }
};
syncBuiltinESMExports();
