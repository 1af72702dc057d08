import fc from "fast-check";
import type { AdapterName } from "../adapters.ts";
import { DELIVERIES } from "./deliveries.ts";
import { JSON_SHAPES } from "./json-shapes.ts";
import { MIXED, type ShapeCase } from "./shape-case.ts";
import { unitsNear } from "./sizes.ts";
import { TARGETS, type Target } from "./targets.ts";
import { TEXT_SHAPES } from "./text-shapes.ts";

export type Cast = { readonly call: string; readonly place: ShapeCase["place"] };

/** The shapes that an adapter can meet, with where each may stand. */
export function shapesOf(adapter: AdapterName): ReadonlyMap<string, readonly Cast[]> {
  const shapes = new Map<string, Cast[]>();
  const add = (shape: string, cast: Cast) => void shapes.set(shape, [...(shapes.get(shape) ?? []), cast]);
  for (const [call, target] of Object.entries(TARGETS[adapter])) {
    for (const shape of bodiesOf(target)) for (const place of placesOf(target)) add(shape, { call, place });
    for (const shape of Object.keys(target.rows ?? {})) add(shape, { call, place: "inside" });
    for (const shape of Object.keys(DELIVERIES)) add(shape, { call, place: "whole" });
  }
  return shapes;
}

/** Where each chain begins with the shapes that all have, so that the short forms of the chains play others. */
const BEGINS: Readonly<Record<AdapterName, number>> = { wire: 0, monero: 0.25, chainweb: 0.5, bitcoin: 0.75 };

/** Everything at once, then by turns one that this chain alone has and one of the others; at first every second of each. */
export function shapesInOrder(adapter: AdapterName): readonly string[] {
  const shapes = [...shapesOf(adapter).keys()].filter((shape) => shape !== MIXED);
  const common = shapes.filter(isCommon);
  const begin = Math.floor(common.length * BEGINS[adapter]);
  const others = everySecond([...common.slice(begin), ...common.slice(0, begin)]);
  const own = everySecond(shapes.filter((shape) => !isCommon(shape)));
  return [MIXED, ...others.flatMap((shape, index) => [own[index] ?? [], shape].flat()), ...own.slice(others.length)];
}

function everySecond(shapes: readonly string[]): readonly string[] {
  return [0, 1].flatMap((rest) => shapes.filter((_, index) => index % 2 === rest));
}

function isCommon(shape: string): boolean {
  return shape in JSON_SHAPES || shape in DELIVERIES;
}

function bodiesOf({ format }: Target): readonly string[] {
  return format === "text" ? Object.keys(TEXT_SHAPES) : [...Object.keys(JSON_SHAPES), MIXED];
}

function placesOf({ frame }: Target): readonly ShapeCase["place"][] {
  return frame === undefined ? ["whole"] : ["whole", "inside", "inside"];
}

const STATUSES = [401, 403, 404, 429, 500, 503];
const SEGMENT = 256 * 1024;

/** Cases of one shape. */
export function anyShapeCase(adapter: AdapterName, shape: string): fc.Arbitrary<ShapeCase> {
  const casts = shapesOf(adapter).get(shape) ?? [];
  return fc.constantFrom(...casts).chain(({ call, place }) =>
    fc.record({
      call: fc.constant(call),
      shape: fc.constant(shape),
      place: fc.constant(place),
      units: unitsNear(adapter, call, shape, place),
      salt: fc.nat(100_000),
      status: fc.oneof(
        { weight: 15, arbitrary: fc.constant(200) },
        { weight: 1, arbitrary: fc.constantFrom(...STATUSES) },
      ),
      chunk: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constantFrom(65_536, 4096, 1000)),
      segment: fc.oneof({ weight: 8, arbitrary: fc.constant(SEGMENT) }, fc.constantFrom(65_536, 16_384)),
      polls: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, fc.constant(2)),
      paged: fc.nat(9).map((number) => number === 1),
      setup: fc.nat(1000),
    }),
  );
}
