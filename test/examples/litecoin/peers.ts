import { checkRowCount, count, flag, text } from "../../../src/chains/decode.ts";
import { isObject } from "../../../src/lib/json.ts";
import { parseAddress } from "../../../src/model/address.ts";
import { nodeError } from "../../../src/model/failure.ts";
import { knownSamples, type PeerConnection, type PeerList } from "../../../src/model/report.ts";
import { CONNECTION_INFO, LAST_RECEIVE } from "./families.ts";

/**
 * The rows of getpeerinfo.
 * @throws NodeError bad_shape, too_large
 */
export function decodePeers(answer: unknown, call: string): PeerList {
  if (!Array.isArray(answer)) {
    throw nodeError("bad_shape", `${call}: expected a list of peers`, "check that the URL is the RPC of litecoind");
  }
  checkRowCount(answer, call);
  const connections = answer.map(decodeRow).filter((row) => row !== undefined);
  return { connections, malformed: answer.length - connections.length };
}

/** Made once, as each poll has hundreds of rows. */
const RELAYS = { family: CONNECTION_INFO, labels: ["true"] };
const BLOCKS_ONLY = { family: CONNECTION_INFO, labels: ["false"] };

function decodeRow(row: unknown): PeerConnection | undefined {
  if (!isObject(row)) return undefined;
  const [id, address, isInbound] = [count(row.id), text(row.addr), flag(row.inbound)];
  if (id === undefined || address === undefined || isInbound === undefined) return undefined;
  return {
    // A new number for each connection, so a reconnect shows.
    id: String(id),
    direction: isInbound ? "inbound" : "outbound",
    // 0 until the version message of the peer arrives.
    state: count(row.version) === 0 ? "handshaking" : "connected",
    address: parseAddress(address),
    agent: text(row.subver),
    // -1 while the height is not known, which `count` rejects.
    height: heightOf(row.synced_headers),
    receivedBytes: count(row.bytesrecv),
    sentBytes: count(row.bytessent),
    startSeconds: count(row.conntime),
    latencySeconds: seconds(row.pingtime),
    // 0 before the first byte.
    chainSamples: knownSamples([LAST_RECEIVE, count(row.lastrecv) || undefined]),
    info: row.relaytxes === true ? RELAYS : row.relaytxes === false ? BLOCKS_ONLY : undefined,
  };
}

function heightOf(value: unknown): number | undefined {
  const height = count(value);
  return height === 0 ? undefined : height;
}

function seconds(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}
