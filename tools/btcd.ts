import { BTCD } from "./btcd/program.ts";
import { findOrBuild } from "./programs.ts";

/** `npm run btcd`: builds the btcd that test/e2e/bitcoin/btcd.test.ts looks for, a minute once; the path of the program is printed. */

const found = findOrBuild(BTCD);
process.stdout.write("reason" in found ? `no btcd: ${found.reason}\n` : `${found.path}\n`);
process.exitCode = "reason" in found ? 1 : 0;
