/** A chain with a block every half second: each block is known from its height, so that none is stored. */
export type WireChain = {
  readonly id: string;
  /** The height of the newest block. */
  height(nowMs: number): number;
  /** Unix milliseconds. */
  timeOf(height: number): number;
  /** @param branch 0 is the one of most nodes */
  blockId(height: number, branch?: Branch): string;
};

/** Blocks above a height that others do not have. */
export type Branch = { readonly number: number; readonly above: number };

export const BLOCK_MS = 500;

export function createWireChain(id: string, firstHeight: number, startMs: number): WireChain {
  return {
    id,
    height: (nowMs) => firstHeight + Math.floor((nowMs - startMs) / BLOCK_MS),
    timeOf: (height) => Math.floor(startMs / BLOCK_MS) * BLOCK_MS + (height - firstHeight) * BLOCK_MS,
    blockId(height, branch) {
      const number = branch !== undefined && height > branch.above ? branch.number : 0;
      return height.toString(16).padStart(8, "0") + digits(`${id} ${height} ${number}`);
    },
  };
}

/** 56 hexadecimal digits that a text decides (FNV-1a, seven times). */
function digits(text: string): string {
  let out = "";
  let hash = 0x811c9dc5;
  for (let part = 0; part < 7; part += 1) {
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
    }
    out += hash.toString(16).padStart(8, "0");
  }
  return out;
}
