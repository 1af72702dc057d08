export function hostileEntries(url: string, count: number): readonly Readonly<Record<string, unknown>>[];

export type Health = { readonly latencies: readonly number[]; readonly unhealthy: readonly string[] };

export function watchHealth(
  url: string,
  options: { readonly everyMs: number; readonly isOver: () => boolean },
): Promise<Health>;
