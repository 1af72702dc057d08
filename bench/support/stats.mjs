// Numbers and how they are written.

/** @param {readonly number[]} values @param {number} share from 0 to 1 */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Growth per step of evenly spaced values: the slope of the line with the least squares. */
export function slope(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let over = 0;
  let under = 0;
  for (const [index, value] of values.entries()) {
    over += (index - middle) * (value - mean);
    under += (index - middle) ** 2;
  }
  return over / under;
}

/** Three significant digits, thousands apart: 0.0123, 1.23, 12.3, 123, 12,300. */
export function digits(value) {
  if (value === 0) return "0";
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(value);
}

/** Whole numbers, thousands apart. */
export function whole(value) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: 0 }).format(value);
}

/** 1.23 × */
export function times(value) {
  return `${digits(value)} ×`;
}

export function percent(value) {
  return `${digits(value * 100)} %`;
}

export function milliseconds(value) {
  return `${digits(value)} ms`;
}

/** @param {number} value in MiB */
export function mebibytes(value) {
  return `${whole(value)} MiB`;
}
