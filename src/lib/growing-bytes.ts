/** Bytes that arrive in pieces, in one buffer that grows: what is held is what arrived, at most twice. */
export type GrowingBytes = {
  length(): number;
  /** Takes a piece. The first is kept as it is and must not change; the others are copied. */
  append(piece: Uint8Array): void;
  /** What arrived so far; the next piece ends its use. */
  bytes(): Uint8Array;
};

const NOTHING = new Uint8Array(0);

/** @param most the buffer never has more bytes than this; pieces that do not fit must not be given */
export function growingBytes(most: number): GrowingBytes {
  let space: Uint8Array = NOTHING;
  let length = 0;
  return {
    length: () => length,
    append(piece) {
      const end = length + piece.length;
      if (end > most) throw new RangeError("more bytes than were agreed on");
      if (length === 0) {
        space = piece;
      } else {
        if (end > space.length || length === space.length) {
          const larger = Buffer.allocUnsafeSlow(Math.min(most, 2 * end));
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
