import { checkRowCount, count, flag, text } from "../../../src/chains/decode.ts";
import { isObject } from "../../../src/lib/json.ts";
import { parseAddress } from "../../../src/model/address.ts";
import { nodeError } from "../../../src/model/failure.ts";
import { type Direction, knownSamples, type PeerConnection, type PeerList } from "../../../src/model/report.ts";
import { CONNECTION_INFO, LAST_RECEIVE } from "./families.ts";

/**
 * The rows of list_peers.
 * @throws NodeError bad_shape, too_large
 */
export function decodePeers(answer: unknown, call: string): PeerList {
  if (!Array.isArray(answer)) {
    throw nodeError("bad_shape", `${call}: expected a list of peers`, "check that the URL is the API of examplecoind");
  }
  checkRowCount(answer, call);
  const connections = answer.map(decodeRow).filter((row) => row !== undefined);
  return { connections, malformed: answer.length - connections.length };
}

/** Made once, as each poll has hundreds of rows. */
const WITH_PAYMENTS = { family: CONNECTION_INFO, labels: ["true"] };
const WITHOUT_PAYMENTS = { family: CONNECTION_INFO, labels: ["false"] };

const DIRECTIONS = new Map<unknown, Direction>([
  ["peer", "inbound"],
  ["us", "outbound"],
]);

function decodeRow(row: unknown): PeerConnection | undefined {
  if (!isObject(row)) return undefined;
  const [id, address, direction] = [count(row.connection_id), text(row.remote), DIRECTIONS.get(row.dialled_by)];
  if (id === undefined || address === undefined || direction === undefined) return undefined;
  return {
    // A new number for each connection, so a reconnect shows.
    id: String(id),
    direction,
    // False until the greeting of the peer arrives.
    state: flag(row.greeted) === false ? "handshaking" : "connected",
    address: parseAddress(address),
    agent: text(row.software),
    // -1 while the height is not known, which `count` rejects.
    height: count(row.tip_height),
    receivedBytes: count(row.bytes_in),
    sentBytes: count(row.bytes_out),
    startSeconds: count(row.opened_at),
    latencySeconds: secondsOf(row.ping_ms),
    // 0 before the first byte.
    chainSamples: knownSamples([LAST_RECEIVE, count(row.last_byte_at) || undefined]),
    info: row.wants_payments === true ? WITH_PAYMENTS : row.wants_payments === false ? WITHOUT_PAYMENTS : undefined,
  };
}

/** Metrics have base units. */
function secondsOf(milliseconds: unknown): number | undefined {
  return typeof milliseconds === "number" && milliseconds >= 0 ? milliseconds / 1000 : undefined;
}
