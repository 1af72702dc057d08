import { isObject } from "../../../src/lib/json.ts";
import type { RenderedMixin } from "../../../tools/mixin/render.ts";
import { findServer } from "../../support/servers.ts";

export const jsonnet = findServer("jsonnet", "apt-get install jsonnet");

export type Group = { readonly name: string; readonly rules: readonly unknown[] };

/** As Prometheus has them, without comments. */
export function groupsOf({ alerts, rules }: RenderedMixin): readonly Group[] {
  const plain = (all: RenderedMixin["alerts"] | RenderedMixin["rules"]) =>
    all.map(({ comment: _, title: __, ...rule }) => rule);
  return [
    { name: "peer-exporter.rules", rules: plain(rules) },
    { name: "peer-exporter.alerts", rules: plain(alerts) },
  ];
}

export type Leaf = { readonly path: readonly string[]; readonly value: unknown };

export function leavesOf(value: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (!isObject(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, [...path, key]));
}

/** An object with one leaf: `{thresholds: {fewPeers: {monero: 8}}}`. */
export function nested(path: readonly string[], value: unknown): Record<string, unknown> {
  const [first = "", ...others] = path;
  return { [first]: others.length === 0 ? value : nested(others, value) };
}
