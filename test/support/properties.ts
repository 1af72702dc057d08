import fc from "fast-check";
import { IS_LONG, runs } from "./effort.ts";

/** Set-up of each test file: what a property tries that does not say so itself. */
fc.configureGlobal(IS_LONG ? { numRuns: runs(100) } : { numRuns: runs(100), seed: 20 });
