/** A place where one of the needles stands. */
export type Found<Needle> = { readonly needle: Needle; readonly at: number };

/** Finds every place of every needle in a text in one pass, however many needles there are. */
export type FindAll<Needle> = (text: string) => readonly Found<Needle>[];

/** Needles are told apart by this many of their first characters. */
const LONGEST_HEAD = 6;

/**
 * The search of Wu and Manber ("A fast algorithm for multi-pattern searching", 1994): two characters at a time tell how far on the
 * next place can be at the least, so most of a text is never looked at. The time is bounded by the length of the text times the
 * longest needle of one head.
 * @param needles each of at least two characters
 */
export function createFindAll<Needle extends { readonly text: string }>(needles: readonly Needle[]): FindAll<Needle> {
  const width = Math.min(LONGEST_HEAD, ...needles.map(({ text }) => text.length));
  if (needles.length === 0) return () => [];
  if (width < 2) throw new RangeError("a needle needs two characters");
  const byHead = new Map<string, Needle[]>();
  for (const needle of needles) {
    const head = needle.text.slice(0, width);
    const others = byHead.get(head);
    if (others === undefined) byHead.set(head, [needle]);
    else others.push(needle);
  }
  const mask = tableSize(byHead.size * width) - 1;
  const skips = skipTable([...byHead.keys()], width, mask);
  return (text) => {
    let found: Found<Needle>[] | undefined;
    for (let last = width - 1; last < text.length; ) {
      const skip = skips[pairHash(text, last) & mask] ?? 0;
      if (skip > 0) {
        last += skip;
        continue;
      }
      const at = last - width + 1;
      for (const needle of byHead.get(text.slice(at, last + 1)) ?? []) {
        if (!text.startsWith(needle.text, at)) continue;
        found ??= [];
        found.push({ needle, at });
      }
      last += 1;
    }
    return found ?? [];
  };
}

/** How far the window may move, by the pair of characters at its end. Pairs that share a place take the shorter way. */
function skipTable(heads: readonly string[], width: number, mask: number): Uint8Array {
  const skips = new Uint8Array(mask + 1).fill(width - 1);
  for (const head of heads) {
    for (let last = 1; last < width; last += 1) {
      const place = pairHash(head, last) & mask;
      skips[place] = Math.min(skips[place] ?? 0, width - 1 - last);
    }
  }
  return skips;
}

function pairHash(text: string, last: number): number {
  return text.charCodeAt(last - 1) * 31 + text.charCodeAt(last) * 7;
}

/** A power of two with room enough that few pairs share a place. */
function tableSize(pairs: number): number {
  return Math.min(2 ** 16, Math.max(256, 2 ** Math.ceil(Math.log2(pairs * 8))));
}
