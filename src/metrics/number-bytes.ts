/**
 * Writes numbers as JavaScript formats them, directly as bytes: a node has thousands of samples, and a text for each would only
 * be copied. Each function writes from `at` and returns where the number ends.
 */

/** The longest number is -1.7976931348623157e+308. */
export const MAX_NUMBER_LENGTH = 24;

const ZERO = 48;
const POINT = 46;
const BILLION = 1e9;
const TRILLION = 1e12;

export function writeNumber(space: Buffer, at: number, value: number): number {
  if (value >= 0 && Number.isSafeInteger(value)) return writeWhole(space, at, value);
  if (value > 0 && value < TRILLION) {
    const thousandths = Math.round(value * 1000);
    if (thousandths / 1000 === value) return writeThousandths(space, at, thousandths);
  }
  return at + space.write(String(value), at, "latin1");
}

/**
 * Times are in milliseconds. Below a trillion such a number has at most 15 digits, and no two decimals of 15 digits are the same
 * double, so these are the digits that JavaScript would choose.
 */
function writeThousandths(space: Buffer, at: number, thousandths: number): number {
  const whole = Math.floor(thousandths / 1000);
  let fraction = thousandths - whole * 1000;
  let digits = 3;
  while (fraction % 10 === 0) {
    fraction /= 10;
    digits -= 1;
  }
  const point = writeWhole(space, at, whole);
  space[point] = POINT;
  return writeDigits(space, point + 1, fraction, digits);
}

/** A billion is the largest power of ten below 2^31, where the engine calculates with small integers. */
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
