import fc from "fast-check";
import { UNCOUNTED_BYTES } from "../../../src/rpc/call.ts";
import type { AdapterName } from "../adapters.ts";
import { amountsOf, amountsOfPage } from "./amounts.ts";
import { bodyOf, targetOf, WHOLE } from "./bodies.ts";
import { DELIVERIES } from "./deliveries.ts";
import { DIMENSIONS, type Dimension, limitsOf, type OfHttp } from "./limits.ts";
import { MIXED, type ShapeCase } from "./shape-case.ts";

/** How many units bring a shape near a limit. */

/** Larger bodies than this are nothing new. */
const MAX_BYTES = 17 * 1024 * 1024;

/** Numbers of units just below and just above the limit that is reached first; some of any size, and near the other limits. */
export function unitsNear(
  adapter: AdapterName,
  call: string,
  shape: string,
  place: ShapeCase["place"],
): fc.Arbitrary<number> {
  const { edges, most } = edgesOf(adapter, call, shape, place);
  const first = edges[0] ?? most;
  const between = (low: number, high: number) =>
    fc.integer({ min: Math.max(1, Math.min(low, most)), max: Math.max(1, Math.min(high, most)) });
  return fc.oneof(
    { weight: 4, arbitrary: between(Math.floor(first * 0.95), first) },
    { weight: 2, arbitrary: between(first - 3, first + 3) },
    { weight: 2, arbitrary: between(first + 1, Math.ceil(first * 1.05) + 2) },
    { weight: 2, arbitrary: between(1, first) },
    { weight: 2, arbitrary: fc.constantFrom(...edges).chain((edge) => between(Math.floor(edge * 0.99), edge + 3)) },
  );
}

type Edges = { readonly edges: readonly number[]; readonly most: number };

const known = new Map<string, Edges>();

function edgesOf(adapter: AdapterName, call: string, shape: string, place: ShapeCase["place"]): Edges {
  const key = [adapter, call, shape, place].join(" ");
  const made = known.get(key) ?? measured(adapter, call, shape, place);
  known.set(key, made);
  return made;
}

function measured(adapter: AdapterName, call: string, shape: string, place: ShapeCase["place"]): Edges {
  if (shape === MIXED) return { edges: [WHOLE], most: Math.ceil(WHOLE * 1.1) };
  const limits = limitsOf(targetOf(adapter, call).budget);
  const amounts = shape in DELIVERIES ? ofDelivery(shape) : ofBody(adapter, call, shape, place);
  const edges = DIMENSIONS.flatMap((dimension) => {
    const [fixed, each] = amounts(dimension);
    return each <= 0 ? [] : [Math.max(1, Math.floor((limits[dimension] - fixed) / each))];
  }).sort((a, b) => a - b);
  const [fixed, each] = amounts("bytes");
  // As much as may be without that anybody counts.
  if (each > 0 && !(shape in DELIVERIES)) edges.push(Math.max(1, Math.floor((UNCOUNTED_BYTES - fixed) / each)));
  const most = Math.max(1, Math.floor((MAX_BYTES - fixed) / each));
  return { edges: edges.length === 0 ? [most] : edges, most };
}

/** What there is without any unit, and what each adds. */
type Line = readonly [fixed: number, each: number];

const SAMPLES = [128, 256] as const;

function ofBody(adapter: AdapterName, call: string, shape: string, place: ShapeCase["place"]): (of: Dimension) => Line {
  const [few, many] = SAMPLES.map((units) => {
    const { bytes, closes } = bodyOf(adapter, { call, shape, place, units, salt: 0, paged: false });
    const isRow = shape.startsWith("rows");
    const count = targetOf(adapter, call).format === "text" ? amountsOfPage : amountsOf;
    return { ...count(Buffer.concat([bytes, Buffer.from(closes[0] ?? "")])), rows: isRow ? units : 0 };
  });
  return (dimension) => {
    if (isOfHttp(dimension)) return [0, 0];
    const each = ((many?.[dimension] ?? 0) - (few?.[dimension] ?? 0)) / (SAMPLES[1] - SAMPLES[0]);
    return [(few?.[dimension] ?? 0) - each * SAMPLES[0], each];
  };
}

function ofDelivery(shape: string): (of: Dimension) => Line {
  const isChunks = shape.startsWith("chunks");
  const body = Buffer.from("[]");
  const [few, many] = SAMPLES.map((units) => DELIVERIES[shape]?.(body, units).length ?? 0);
  const each = ((many ?? 0) - (few ?? 0)) / (SAMPLES[1] - SAMPLES[0]);
  const isInterim = shape.startsWith("answers before");
  const lines: Readonly<Record<OfHttp, number>> = {
    pieces: isChunks ? 1 : 0,
    framing: isChunks ? 0 : each,
    headers: isChunks || isInterim ? 0 : each,
    interim: isInterim ? 1 : 0,
  };
  return (dimension) => [0, isOfHttp(dimension) ? lines[dimension] : dimension === "bytes" ? each : 0];
}

function isOfHttp(dimension: Dimension): dimension is OfHttp {
  return dimension === "pieces" || dimension === "framing" || dimension === "headers" || dimension === "interim";
}
