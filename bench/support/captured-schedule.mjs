// Replaces src/poll/scheduler.ts: passes the poller's scheduled poll to the bench, which decides when each node is polled.
export * from "src:poll/scheduler.ts";

/** @type {(poll: (name: string) => Promise<unknown>) => void} */
let hand;
export const scheduledPoll = new Promise((resolve) => {
  hand = resolve;
});

export function createSchedule(given) {
  hand(given);
  return { *plan() {}, *keep() {}, stop() {} };
}
