import { delayAt, type LagCycle } from "../cycles.ts";
import { finalBlock, headAt } from "./chain.ts";

/** Idle links send a handshake again about every 10 s (spring v1.2.2 net_plugin.cpp:1572-1593). */
const HEARTBEAT_SECONDS = 10;
/** Blocks that lie received and not yet applied while a node catches up. */
const BACKLOG_BLOCKS = 40;

/** What one node knows of the chain at a time. */
export type ChainView = {
  /** The last block that it applied. */
  head(now: number): number;
  final(now: number): number;
  /** The last block that it received: ahead of the head while it catches up. */
  received(now: number): number;
  /** Seconds of the chain's life that came in between two times: less while it stands still, more in catching up. */
  progress(from: number, to: number): number;
  /**
   * The last moment at or before `now` at which its peers sent their handshakes again, and how often they did since
   * the start. On a healthy node never: there a handshake stays as it was when the link opened.
   */
  handshakes(now: number): { readonly latest: number; readonly count: number };
};

/** The view of a node that follows the head, except in its `lag`. */
export function createChainView(startedAt: number, lag?: LagCycle): ChainView {
  const delay = (now: number) => (lag === undefined ? 0 : delayAt(lag, now - startedAt));
  const head = (now: number) => headAt(now - delay(now));

  function handshakes(now: number) {
    const elapsed = now - startedAt;
    if (lag === undefined || elapsed < lag.stallFrom) return { latest: 0, count: 0 };
    const turn = Math.floor(elapsed / lag.period);
    const perTurn = Math.floor((lag.stallFor + lag.catchUpFor) / HEARTBEAT_SECONDS);
    const step = Math.min(Math.floor(((elapsed % lag.period) - lag.stallFrom) / HEARTBEAT_SECONDS), perTurn);
    const stalledAt = startedAt + turn * lag.period + lag.stallFrom;
    const latest =
      step > 0 ? stalledAt + step * HEARTBEAT_SECONDS : stalledAt - lag.period + perTurn * HEARTBEAT_SECONDS;
    return { latest, count: turn * perTurn + Math.max(step, 0) };
  }

  return {
    head,
    final: (now) => finalBlock(head(now)),
    received: (now) => Math.min(headAt(now), head(now) + (delay(now) < delay(now - 1) ? BACKLOG_BLOCKS : 0)),
    progress: (from, to) => to - delay(to) - (from - delay(from)),
    handshakes,
  };
}
