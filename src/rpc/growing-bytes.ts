/** Bytes that arrive in pieces, in one buffer that grows: it takes at most twice the memory of what has arrived. */
type GrowingBytes = {
  length(): number;
  /** Adds a piece. The first one is kept without a copy and must not change; the others are copied. */
  append(piece: Uint8Array): void;
  /** All bytes so far; valid until the next piece. */
  bytes(): Uint8Array;
};

const NOTHING = new Uint8Array(0);

/**
 * @param max the size that the buffer never exceeds, in bytes
 * @throws RangeError (from `append`) for a piece that does not fit
 */
export function growingBytes(max: number): GrowingBytes {
  let space: Uint8Array = NOTHING;
  let length = 0;
  return {
    length: () => length,
    append(piece) {
      const end = length + piece.length;
      if (end > max) throw new RangeError(`more than ${max} bytes`);
      if (length === 0) {
        space = piece;
      } else {
        if (end > space.length || length === space.length) {
          const larger = Buffer.allocUnsafeSlow(Math.min(max, 2 * end));
          larger.set(space.subarray(0, length));
          space = larger;
        }
        space.set(piece, length);
      }
      length = end;
    },
    bytes: () => space.subarray(0, length),
  };
}
