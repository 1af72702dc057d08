import type { Signal } from "../lib/abort.ts";

/**
 * Bounds the connections to nodes, so that file descriptors are left for scrapes. When all slots are taken, a request gets the
 * slot of an idle connection, which is closed, or waits for the next connection that closes.
 */
export type ConnectionSlots = {
  /**
   * Waits for a slot.
   * @throws NoSlotError when no slot becomes free in time; the signal's reason when it ends first
   */
  acquire(waitMs: number, signal: Signal): Promise<ConnectionSlot>;
  /** A slot that is free now, without closing an idle connection; undefined: all are taken. */
  takeFree(): ConnectionSlot | undefined;
};

export type ConnectionSlot = {
  /** Marks the connection as idle: `close` is called when another connection needs the slot. */
  idle(close: () => void): void;
  /** Marks the connection as busy: a request is running. */
  busy(): void;
  /** The connection is closed. Later calls do nothing. */
  release(): void;
};

/** All slots are taken, and none became free in time. */
export class NoSlotError extends Error {
  readonly code = "NO_CONNECTION_SLOT";
}

type Waiter = { readonly grant: () => void };

/** @param max the number of slots; Infinity: not bounded */
export function createConnectionSlots(max: number): ConnectionSlots {
  let used = 0;
  /** The longest idle first. */
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
    takeFree: () => (used < max && waiting.size === 0 ? open() : undefined),
  };
}
