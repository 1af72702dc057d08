/** Which colors a picture keeps: a color is a number, 0xRRGGBB. */

type Counted = readonly (readonly [color: number, count: number])[];

const CHANNELS = [16, 8, 0] as const;

const channel = (color: number, shift: number) => (color >> shift) & 255;

export type Palette = { readonly palette: readonly number[]; indexOf(color: number): number };

/** At most `size` colors: the most used ones as they are, the others by the means of the groups that they are split into. */
export function paletteOf(counts: ReadonlyMap<number, number>, size: number): Palette {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  // Areas and texts keep their colors; what is between them is smoothed edges.
  const kept = sorted.slice(0, size / 2);
  const rest = sorted.slice(size / 2);
  const groups = rest.length === 0 ? [] : split(rest, size - kept.length);
  const palette = [...kept.map(([color]) => color), ...groups.map(meanOf)];
  const indexes = new Map(kept.map(([color], index) => [color, index]));
  for (const [index, group] of groups.entries()) {
    for (const [color] of group) indexes.set(color, kept.length + index);
  }
  return { palette, indexOf: (color) => indexes.get(color) ?? 0 };
}

/** Cuts the group with the most pixels and the widest channel in the middle of its pixels, until there are enough groups. */
function split(colors: Counted, size: number): readonly Counted[] {
  const groups = [colors];
  while (groups.length < size) {
    const weights = groups.map((group) => (group.length < 2 ? 0 : widest(group).range * Math.sqrt(total(group))));
    const index = weights.indexOf(Math.max(...weights));
    const group = groups[index];
    if (group === undefined || group.length < 2) break;
    const { shift } = widest(group);
    const sorted = [...group].sort(([a], [b]) => channel(a, shift) - channel(b, shift));
    groups.splice(index, 1, ...halves(sorted));
  }
  return groups;
}

function halves(sorted: Counted): readonly [Counted, Counted] {
  const half = total(sorted) / 2;
  let sum = 0;
  const found = sorted.findIndex(([, count]) => {
    sum += count;
    return sum >= half;
  });
  const cut = Math.min(sorted.length - 1, Math.max(1, found));
  return [sorted.slice(0, cut), sorted.slice(cut)];
}

function widest(group: Counted): { readonly shift: number; readonly range: number } {
  const ranges = CHANNELS.map((shift) => {
    let [least, most] = [255, 0];
    for (const [color] of group) {
      least = Math.min(least, channel(color, shift));
      most = Math.max(most, channel(color, shift));
    }
    return { shift, range: most - least };
  });
  return ranges.reduce((best, one) => (one.range > best.range ? one : best));
}

function total(group: Counted): number {
  return group.reduce((sum, [, count]) => sum + count, 0);
}

function meanOf(group: Counted): number {
  const all = total(group);
  const mean = (shift: number) =>
    Math.round(group.reduce((sum, [color, n]) => sum + channel(color, shift) * n, 0) / all);
  return (mean(16) << 16) | (mean(8) << 8) | mean(0);
}
