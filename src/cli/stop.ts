import { constants } from "node:os";
import { createEnding } from "../lib/ending.ts";
import { files } from "../lib/files/files.ts";
import { ignoreDebugger, untilStopped } from "./end-signals.ts";

/**
 * What this process does at signals, and how it ends. Takes effect when it is loaded, which is before anything else: process 1
 * of a container never gets a signal that comes before its listener, and others are killed by it.
 */

export const ending = createEnding({ isBusy: () => files.underWay() > 0, isHung: () => files.hung() > 0 });

/** The exit code of what a signal ended, as shells count it. */
export const signalled = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** Resolves at the first SIGTERM or SIGINT. */
export const stopped = untilStopped((signal) => ending.now(signalled(signal)));

ignoreDebugger();
