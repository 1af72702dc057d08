/** The memory that a response holds while its client does not read it. */
export type UnreadMemory = {
  /** Responses with the same page share its bytes. */
  readonly page: object;
  readonly bytes: number;
  /** Bytes that this response does not share. */
  readonly ownBytes: number;
};

type Unread<Response extends object> = {
  /** The response is on its way. */
  hold(response: Response, memory: UnreadMemory): void;
  release(response: Response): void;
  /** Whether responses hold more than the limit, so that a client has to go. */
  isTooMuch(): boolean;
  /** Responses on their way, the oldest first. */
  oldest(): Iterable<Response>;
};

/** That many pages as large as the largest one may be on their way at the same time, each from another moment. */
const MAX_LARGEST_PAGES = 4;

/**
 * Counts the memory that clients hold by reading slowly or not at all. Each page counts once, however many clients read it.
 * Pages change with each poll, so clients may hold several.
 * @param maxBytes bytes that responses may hold in any case
 */
export function createUnread<Response extends object>(maxBytes: number): Unread<Response> {
  const responses = new Map<Response, UnreadMemory>();
  const readers = new Map<object, number>();
  let bytes = 0;
  let largest = 0;
  return {
    hold(response, memory) {
      responses.set(response, memory);
      const others = readers.get(memory.page) ?? 0;
      readers.set(memory.page, others + 1);
      largest = Math.max(largest, memory.bytes);
      bytes += memory.ownBytes + (others === 0 ? memory.bytes : 0);
    },
    release(response) {
      const memory = responses.get(response);
      if (memory === undefined) return;
      responses.delete(response);
      bytes -= memory.ownBytes;
      const others = (readers.get(memory.page) ?? 1) - 1;
      if (others > 0) {
        readers.set(memory.page, others);
        return;
      }
      readers.delete(memory.page);
      bytes -= memory.bytes;
    },
    isTooMuch: () => bytes > Math.max(maxBytes, MAX_LARGEST_PAGES * largest),
    oldest: () => responses.keys(),
  };
}
