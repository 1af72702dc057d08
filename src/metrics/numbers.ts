/**
 * Numbers as JavaScript writes them, straight into bytes: a node has thousands, and a text of each would be made only to
 * be copied. `at` is where to begin; each gives where it ended.
 */

/** The longest: -1.7976931348623157e+308. */
export const LONGEST_NUMBER = 24;

const ZERO = 48;
const BILLION = 1e9;

export function writeNumber(space: Buffer, at: number, value: number): number {
  if (value >= 0 && Number.isSafeInteger(value)) return writeWhole(space, at, value);
  return at + space.write(String(value), at, "latin1");
}

/** A billion is the largest power of ten with which the engine calculates in whole numbers. */
function writeWhole(space: Buffer, at: number, value: number): number {
  if (value < BILLION) return writeDigits(space, at, value, countDigits(value));
  const billions = Math.floor(value / BILLION);
  const rest = value - billions * BILLION;
  return writeDigits(space, writeWhole(space, at, billions), rest, 9);
}

function countDigits(value: number): number {
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits += 1;
  return digits;
}

/** @param value below a billion */
function writeDigits(space: Buffer, at: number, value: number, digits: number): number {
  let rest = value | 0;
  for (let index = at + digits - 1; index >= at; index -= 1) {
    const tens = (rest / 10) | 0;
    space[index] = ZERO + rest - tens * 10;
    rest = tens;
  }
  return at + digits;
}
