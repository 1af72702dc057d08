// Servers on one core and the load on another. Left alone, the kernel puts a server and its only client on one core at
// times and on two at others, and the same server answers 14,000 or 37,000 requests a second.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

const SERVER_CORE = "0";
const LOAD_CORE = "1";

/** taskset is part of every Debian; elsewhere, or on one core, nothing is bound. */
const canBind = availableParallelism() >= 2 && spawnSync("taskset", ["-c", LOAD_CORE, "true"]).status === 0;

/** Binds the main thread of a running process; the helpers of its engine stay free. */
export function bindServer({ pid }) {
  if (canBind) spawnSync("taskset", ["-cp", SERVER_CORE, String(pid)]);
}

/** Binds all threads of a running process that is load for a bound server. */
export function bindLoad({ pid }) {
  if (canBind) spawnSync("taskset", ["-acp", LOAD_CORE, String(pid)]);
}

/** A server that hands its work to children, which inherit the core. */
export function onServerCore(command, args) {
  return bound(SERVER_CORE, command, args);
}

export function onLoadCore(command, args) {
  return bound(LOAD_CORE, command, args);
}

/** @returns {[command: string, args: readonly string[]]} */
function bound(core, command, args) {
  return canBind ? ["taskset", ["-c", core, command, ...args]] : [command, args];
}
