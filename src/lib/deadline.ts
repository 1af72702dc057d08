import { createSignal, type Signal } from "./abort.ts";

/** Runs work under a signal that ends with its parent or after a time, whichever comes first. */
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
