import type { Signal } from "../lib/abort.ts";

/**
 * Bounds the connections to nodes, so that file descriptors are left for scrapes. Whoever needs one when all are taken gets that of a
 * connection that is idle, or waits for the next one that closes.
 */
export type ConnectionSlots = {
  /**
   * Waits for a slot.
   * @throws NoSlotError when there is none in time; the signal's reason when it ends first
   */
  acquire(waitMs: number, signal: Signal): Promise<ConnectionSlot>;
};

export type ConnectionSlot = {
  /** Nothing is asked over the connection now: `close` is called when another needs its slot. */
  idle(close: () => void): void;
  /** Something is asked again. */
  busy(): void;
  /** The connection is closed. Does nothing the second time. */
  release(): void;
};

/** Every connection that may be open is open, and none became free in time. */
export class NoSlotError extends Error {
  readonly code = "NO_CONNECTION_SLOT";
}

type Waiter = { readonly grant: () => void };

/** @param max infinite: not bounded */
export function createConnectionSlots(max: number): ConnectionSlots {
  let used = 0;
  /** Those idle for the longest come first. */
  const idle = new Map<ConnectionSlot, () => void>();
  const waiting = new Set<Waiter>();

  function open(): ConnectionSlot {
    let isReleased = false;
    const slot: ConnectionSlot = {
      idle(close) {
        if (isReleased) return;
        idle.delete(slot);
        if (waiting.size > 0) close();
        else idle.set(slot, close);
      },
      busy: () => void idle.delete(slot),
      release() {
        if (isReleased) return;
        isReleased = true;
        idle.delete(slot);
        used -= 1;
        const [next] = waiting;
        next?.grant();
      },
    };
    used += 1;
    return slot;
  }

  function closeOneIdle(): void {
    const [first] = idle;
    if (first === undefined) return;
    const [slot, close] = first;
    idle.delete(slot);
    close();
  }

  function waitForSlot(waitMs: number, signal: Signal): Promise<ConnectionSlot> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        waiting.delete(waiter);
        signal.removeEventListener("abort", abandon);
      };
      const waiter: Waiter = {
        grant() {
          leave();
          resolve(open());
        },
      };
      const abandon = () => {
        leave();
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        leave();
        reject(new NoSlotError(`no slot within ${waitMs} ms`));
      }, waitMs);
      waiting.add(waiter);
      signal.addEventListener("abort", abandon, { once: true });
      closeOneIdle();
    });
  }

  return {
    async acquire(waitMs, signal) {
      signal.throwIfAborted();
      return used < max && waiting.size === 0 ? open() : waitForSlot(waitMs, signal);
    },
  };
}
