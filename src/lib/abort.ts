/**
 * The part of an AbortSignal that this program uses; an AbortSignal may be passed too. Polls use signals of our own: Node 20
 * sets the prototype of each AbortSignal after it was made (lib/internal/abort_controller.js, createAbortSignal), so that the
 * engine cannot optimize access to its properties, which takes a tenth of a poll.
 */
export type Signal = Pick<AbortSignal, "aborted" | "reason" | "throwIfAborted"> & {
  addEventListener(type: "abort", listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: "abort", listener: () => void): void;
};

export type SignalSource = {
  readonly signal: Signal;
  /** Calls the listeners, the first time. */
  abort(reason: Error): void;
};

export function createSignal(): SignalSource {
  const listeners = new Set<() => void>();
  // Values and not getters: with closures as accessors each object has a shape of its own, which costs as much.
  const signal: Signal & { aborted: boolean; reason: Error | undefined } = {
    aborted: false,
    reason: undefined,
    throwIfAborted() {
      if (signal.aborted) throw signal.reason;
    },
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
  };
  return {
    signal,
    abort(reason) {
      if (signal.aborted) return;
      signal.aborted = true;
      signal.reason = reason;
      // A listener may remove another one.
      for (const listener of [...listeners]) if (listeners.delete(listener)) listener();
    },
  };
}

/**
 * Waits for the work until the signal ends.
 * @throws the signal's reason when it ends first
 */
export function untilAborted<T>(work: Promise<T>, signal: Signal): Promise<T> {
  // Not Promise.race, which takes twice as long: this runs twice for each request.
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    work.then(
      (value) => {
        signal.removeEventListener("abort", end);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener("abort", end);
        reject(error);
      },
    );
  });
}

/** Runs work under a signal that ends with its parent or after a time, whichever is first. */
export async function withDeadline<T>(
  parent: Signal,
  milliseconds: number,
  work: (signal: Signal) => Promise<T>,
): Promise<T> {
  const source = createSignal();
  const end = () => source.abort(parent.reason);
  const timer = setTimeout(() => {
    source.abort(new DOMException(`no end within ${milliseconds} ms`, "TimeoutError"));
  }, milliseconds);
  parent.addEventListener("abort", end, { once: true });
  if (parent.aborted) end();
  try {
    return await work(source.signal);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener("abort", end);
  }
}

/** Waits for the work at most this long. Work that takes longer gives undefined and goes on. */
export async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
