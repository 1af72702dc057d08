import type { StoredNode } from "../poll/store.ts";
import { type FamilyHeader, type Format, renderHeader } from "./exposition.ts";

/** Families whose samples are rendered when the page is asked for: the exporter's own. */
export type RenderedFamily = FamilyHeader & { readonly samples: (format: Format) => string };

/**
 * The whole page: each family once, header first, its samples of all nodes together. A family without samples is left
 * out, header and all.
 */
export function renderPage(
  catalogue: readonly FamilyHeader[],
  nodes: readonly StoredNode[],
  own: readonly RenderedFamily[],
  format: Format,
): string {
  let page = "";
  for (const [index, family] of catalogue.entries()) {
    let samples = "";
    for (const { lines } of nodes) samples += lines[index] ?? "";
    if (samples !== "") page += renderHeader(family, format) + samples;
  }
  for (const family of own) {
    const samples = family.samples(format);
    if (samples !== "") page += renderHeader(family, format) + samples;
  }
  return format === "openmetrics" ? `${page}# EOF\n` : page;
}
