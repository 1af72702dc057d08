// Stands in for src/poll/scheduler.ts: hands the turns of the nodes to the bench, which decides when they come.
export * from "src:poll/scheduler.ts";

/** @type {(turn: (name: string) => Promise<unknown>) => void} */
let hand;
export const turn = new Promise((resolve) => {
  hand = resolve;
});

export function createSchedule(given) {
  hand(given);
  return { *plan() {}, *keep() {}, stop() {} };
}
