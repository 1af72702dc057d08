import type { PeerConnection } from "../model/report.ts";

const NONE: ReadonlySet<number> = new Set();

/**
 * No node should send two rows with one id; if it does, the larger counters are the newer ones. Compared one by one with the last
 * poll, both would be counted again each time.
 * @param isCounted whether a row, by its index, is looked at
 * @param idsBefore the ids of these rows in the last list, each once: a list with the same ones has no such rows
 * @returns the indexes of the rows with the smaller counters
 */
export function smallerTwins(
  rows: readonly PeerConnection[],
  isCounted: (index: number) => boolean,
  idsBefore: readonly string[],
): ReadonlySet<number> {
  const counted: number[] = [];
  let isAsBefore = true;
  for (let index = 0; index < rows.length; index += 1) {
    if (!isCounted(index)) continue;
    isAsBefore &&= idsBefore[counted.length] === rows[index]?.id;
    counted.push(index);
  }
  if (isAsBefore) return NONE;
  const largest = new Map<string, number>();
  const twins = new Set<number>();
  for (const index of counted) {
    const id = rows[index]?.id ?? "";
    const twin = largest.get(id);
    if (twin === undefined) {
      largest.set(id, index);
      continue;
    }
    const isLarger = bytesOf(rows[index]) > bytesOf(rows[twin]);
    twins.add(isLarger ? twin : index);
    if (isLarger) largest.set(id, index);
  }
  return twins;
}

function bytesOf(row: PeerConnection | undefined): number {
  if (row === undefined) return 0;
  const { rowBytes, receivedBytes = 0, sentBytes = 0 } = row;
  return rowBytes === undefined ? receivedBytes + sentBytes : rowBytes.received + rowBytes.sent;
}
