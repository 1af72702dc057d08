/** Runs work under a signal that ends with its parent or after a time, whichever comes first. */
export async function withDeadline<T>(
  parent: AbortSignal,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // AbortSignal.any would keep a reference to each poll in the long-lived parent on Node 20.
  const controller = new AbortController();
  const end = () => controller.abort(parent.reason);
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`no end within ${milliseconds} ms`, "TimeoutError"));
  }, milliseconds);
  parent.addEventListener("abort", end, { once: true });
  if (parent.aborted) end();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener("abort", end);
  }
}
