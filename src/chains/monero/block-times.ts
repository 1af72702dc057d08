import type { Signal } from "../../lib/abort.ts";
import { withDeadline } from "../../lib/abort.ts";
import { isObject } from "../../lib/json.ts";
import { attempt, type Outcome, succeeded } from "../../model/report.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { count } from "../decode.ts";
import { callRpc } from "./calls.ts";
import type { DaemonInfo } from "./info.ts";

export type BlockTimes = {
  /** Unix seconds of the node's top block; undefined result when it is not worth asking. */
  of(info: DaemonInfo, signal: Signal): Promise<Outcome<number | undefined> | undefined>;
};

/**
 * Asks for the header only when the top block changed: on mainnet once in two minutes.
 * @param limitMs how long one asking may take
 */
export function createBlockTimes(client: RpcClient, limitMs: number): BlockTimes {
  let known: { readonly hash: string; readonly timestamp: number | undefined } | undefined;
  return {
    async of(info, signal) {
      // get_last_block_header answers BUSY until the first sync is done.
      if (!info.synchronized || info.topBlockHash === undefined) return undefined;
      const hash = info.topBlockHash;
      if (known?.hash === hash) return succeeded(known.timestamp);
      const answer = await attempt(() =>
        withDeadline(signal, limitMs, (share) => callRpc(client, "get_last_block_header", share)),
      );
      if (!answer.ok) return answer;
      const header = isObject(answer.value.block_header) ? answer.value.block_header : {};
      // Regtest's genesis block has the time 0; `untrusted` is the answer of another node (a bootstrap daemon).
      const timestamp = answer.value.untrusted === true ? undefined : count(header.timestamp) || undefined;
      // A block may have arrived between the two calls; then the time belongs to the newer one and is not kept.
      if (header.hash === hash) known = { hash, timestamp };
      return succeeded(timestamp);
    },
  };
}
