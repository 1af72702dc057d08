/** Which fields the builds of nodeos and nodeop send, as the notes on their API list them. */
export type Dialect = {
  readonly name: string;
  readonly version: string;
  /** is_bp_peer since Leap 4. */
  readonly bp: boolean;
  /** remote_ip, remote_port, is_socket_open since Leap 5. */
  readonly socket: boolean;
  /** is_blocks_only and is_transactions_only are sent since Leap 5, and assigned since Spring. */
  readonly kinds: "none" | "never assigned" | "assigned";
  /** last_vote_received since Spring. */
  readonly votes: boolean;
  readonly gossip: boolean;
  readonly connectionId: boolean;
  readonly score: boolean;
  /** key, time, token, sig, os. */
  readonly wholeHandshake: boolean;
  readonly heads: "head" | "fork_head" | "fork_db" | "ids";
  /** The labels of the page of prometheus_plugin; absent before Leap 5. */
  readonly plugin: "connid" | "connection_id" | undefined;
  /** EOSIO 1.x and 2.0 wrap the agent in quotes. */
  readonly quotesAgent: boolean;
  /** What an outbound row that never connected has as remote_ip. */
  readonly noRemote: string;
  /** Head and finality: hundreds of blocks before Savanna. */
  readonly finalDistance: number;
};

const EOSIO: Dialect = {
  name: "eosio-2.0",
  version: "v2.0.13",
  bp: false,
  socket: false,
  kinds: "none",
  votes: false,
  gossip: false,
  connectionId: false,
  score: false,
  wholeHandshake: true,
  heads: "head",
  plugin: undefined,
  quotesAgent: true,
  noRemote: "",
  finalDistance: 330,
};
const LEAP_3: Dialect = { ...EOSIO, name: "leap-3.2", version: "v3.2.6", quotesAgent: false };
const LEAP_4: Dialect = { ...LEAP_3, name: "leap-4.0", version: "v4.0.6", bp: true };
const LEAP_5: Dialect = {
  ...LEAP_4,
  name: "leap-5.0",
  version: "v5.0.3",
  socket: true,
  kinds: "never assigned",
  plugin: "connid",
  noRemote: "<unknown>",
};
const SPRING_10: Dialect = {
  ...LEAP_5,
  name: "spring-1.0",
  version: "v1.0.5",
  kinds: "assigned",
  votes: true,
  heads: "fork_head",
  noRemote: "",
  finalDistance: 3,
};
const SPRING_11: Dialect = { ...SPRING_10, name: "spring-1.1", version: "v1.1.5", heads: "fork_db" };
const SPRING_12: Dialect = { ...SPRING_11, name: "spring-1.2", version: "v1.2.2", gossip: true };
/** A build of Wire that has connection_id and still the whole handshake. */
const WIRE_2: Dialect = { ...SPRING_12, name: "wire-2cddea44", version: "v4.9.0", connectionId: true };
const WIRE_3: Dialect = { ...WIRE_2, name: "wire-W3", version: "v5.0.0", wholeHandshake: false, heads: "ids" };
const WIRE_4: Dialect = { ...WIRE_3, name: "wire-W4", version: "v5.1.0", score: true, plugin: "connection_id" };

export const DIALECTS: readonly [Dialect, ...Dialect[]] = [
  EOSIO,
  LEAP_3,
  LEAP_4,
  LEAP_5,
  SPRING_10,
  SPRING_11,
  SPRING_12,
  WIRE_2,
  WIRE_3,
  WIRE_4,
];
