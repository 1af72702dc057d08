/** What an answer keeps in memory while its client does not read it. */
export type Held = {
  /** Answers with the same page share its bytes. */
  readonly page: object;
  readonly bytes: number;
  /** Bytes that this answer has for itself. */
  readonly own: number;
};

export type Unread<Answer extends object> = {
  /** The answer is on its way. */
  hold(answer: Answer, held: Held): void;
  release(answer: Answer): void;
  /** Whether more is held than may be; then somebody has to stop reading. */
  isTooMuch(): boolean;
  /** Answers on their way, the oldest first. */
  oldest(): Iterable<Answer>;
};

/** Of the largest page that was asked for, so many may be on their way at the same time, each from another moment. */
const PAGES = 4;

/**
 * Counts what clients keep in memory by reading slowly or not at all: each page once, however many read it. Pages change with
 * each poll, so that of every moment another one may be held.
 * @param most bytes that may be held in any case
 */
export function createUnread<Answer extends object>(most: number): Unread<Answer> {
  const answers = new Map<Answer, Held>();
  const readers = new Map<object, number>();
  let bytes = 0;
  let largest = 0;
  return {
    hold(answer, held) {
      answers.set(answer, held);
      const others = readers.get(held.page) ?? 0;
      readers.set(held.page, others + 1);
      largest = Math.max(largest, held.bytes);
      bytes += held.own + (others === 0 ? held.bytes : 0);
    },
    release(answer) {
      const held = answers.get(answer);
      if (held === undefined) return;
      answers.delete(answer);
      bytes -= held.own;
      const others = (readers.get(held.page) ?? 1) - 1;
      if (others > 0) {
        readers.set(held.page, others);
        return;
      }
      readers.delete(held.page);
      bytes -= held.bytes;
    },
    isTooMuch: () => bytes > Math.max(most, PAGES * largest),
    oldest: () => answers.keys(),
  };
}
