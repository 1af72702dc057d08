import { NEW_KEY } from "../../../src/lib/json.ts";
import type { AdapterName } from "../adapters.ts";
import { joined, repeated } from "./bytes.ts";
import { JSON_SHAPES } from "./json-shapes.ts";
import { MIXED, type ShapeCase } from "./shape-case.ts";
import { TARGETS, type Target } from "./targets.ts";
import { TEXT_SHAPES } from "./text-shapes.ts";

/** The body of a case, without what closes it, as that may differ from page to page. */
export type Body = { readonly bytes: Buffer; readonly closes: readonly string[] };

export type Wanted = Pick<ShapeCase, "call" | "shape" | "place" | "units" | "salt" | "paged">;

export function bodyOf(adapter: AdapterName, wanted: Wanted): Body {
  const target = targetOf(adapter, wanted.call);
  const value = shapeOf(target, wanted);
  const { frame, closes } = target;
  if (wanted.place === "whole" || frame === undefined) return { bytes: value, closes: [""] };
  const bytes = Buffer.concat([Buffer.from(frame[0]), value]);
  return { bytes, closes: wanted.paged && closes !== undefined ? closes : [frame[1]] };
}

export function targetOf(adapter: AdapterName, call: string): Target {
  const target = TARGETS[adapter][call];
  if (target === undefined) throw new Error(`${adapter} has no call ${call}`);
  return target;
}

function shapeOf(target: Target, { shape, units, salt }: Wanted): Buffer {
  const row = target.rows?.[shape];
  if (row !== undefined) {
    const [open, close] = target.brackets ?? ["[", "]"];
    return Buffer.from(`${open}${joined(units, (index) => row(index, salt))}${close}`);
  }
  if (shape === MIXED) return mixed(target, units, salt);
  const build = JSON_SHAPES[shape] ?? TEXT_SHAPES[shape];
  if (build === undefined) throw new Error(`no shape is called ${shape}`);
  return build(units, salt);
}

/** Of each limit so many thousandths at once: what no limit refuses may still be too much together. */
export const WHOLE = 1000;

function mixed({ budget }: Target, units: number, salt: number): Buffer {
  const share = (limit: number) => Math.floor((limit * units) / WHOLE);
  const keys = share(budget.keys / NEW_KEY);
  // The keys of the object, and what is around everything.
  const containers = Math.max(0, share(budget.containers) - 5);
  const numbers = Math.max(0, share(budget.numbers) - keys);
  const strings = Math.max(0, share(budget.strings) - 1);
  const parts = [
    `{${joined(keys, (index) => `"${(index + salt).toString(36)}":${index}`)}}`,
    `[${joined(numbers, (index) => (index % 2 === 0 ? "0" : "1e-9"))}]`,
    `[${joined(strings, (index) => `"${(index + salt).toString(36)}"`)}]`,
    `[${joined(containers, (index) => (index % 2 === 0 ? "[]" : "{}"))}]`,
  ];
  const text = Buffer.from(`[${parts.join(",")}`, "latin1");
  const left = Math.max(0, share(budget.bytes) - text.length - 200);
  return Buffer.concat([text, Buffer.from(',"'), repeated("\\u0041a\x01", Math.floor(left / 8)), Buffer.from('"]')]);
}
