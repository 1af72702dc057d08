/** Words that arguments and flags can be. */

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The columns of `peers`, in their order. */
export const PEER_COLUMNS = [
  "peer",
  "direction",
  "state",
  "agent",
  "head",
  "difference",
  "in",
  "out",
  "since",
  "latency",
  "syncing",
] as const;

export type PeerColumn = (typeof PEER_COLUMNS)[number];
