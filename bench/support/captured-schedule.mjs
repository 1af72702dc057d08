// Stands in for src/poll/scheduler.ts: hands the turns of the nodes to the bench, which decides when they come.
export * from "src:poll/scheduler.ts";

/** @type {(turns: { poll(name: string): Promise<unknown> }) => void} */
let hand;
export const turns = new Promise((resolve) => {
  hand = resolve;
});

export function startSchedule(_nodes, given) {
  hand(given);
  return { stop: async () => {} };
}
