import type { FieldView, FrameView, PanelView } from "./view.ts";

/** Series over time in the frames of a panel. */

type Points = readonly (readonly [time: number, value: number])[];

export function seriesOf({ frames }: PanelView): readonly FieldView[] {
  return frames.flatMap(({ fields }) => fields.filter(({ type }) => type === "number"));
}

/** The frame's times with the numbers of a field, without those that it does not have. */
export function pointsOf(field: FieldView, { frames }: PanelView): Points {
  const frame: FrameView | undefined = frames.find(({ fields }) => fields.includes(field));
  const times = frame?.fields.find(({ type }) => type === "time")?.values ?? [];
  return times.flatMap((time, index) => {
    const value = field.values[index];
    return typeof time === "number" && typeof value === "number" && Number.isFinite(value)
      ? [[time, value] as const]
      : [];
  });
}

/** A series whose node was down has a gap, which no line may cross. */
export function unbroken(points: Points, stepSeconds: number): readonly Points[] {
  if (points.length === 0) return [];
  const breaks = points.flatMap(([time], index) => {
    const before = points[index - 1]?.[0] ?? time;
    return time - before > stepSeconds * 1500 ? [index] : [];
  });
  return [0, ...breaks].map((start, index) => points.slice(start, breaks[index]));
}
