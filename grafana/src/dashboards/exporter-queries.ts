import { exporter, oncePerExporter, rate } from "../select.ts";

/** Queries of several rows of the dashboard of the exporter. */

/** The name of an exporter in legends, where `named` leaves it one. */
export const NAME = "{{instance}}";

const EXPORTERS = `count(group by (instance) (${exporter("peer_exporter_build_info")}))`;

/** Values of exporters by `instance`, which they keep only if there are several: one needs no name. */
export function named(expr: string): string {
  const among = (comparison: string) => `(${expr}) and on () ${EXPORTERS} ${comparison}`;
  return `${among("> 1")} or max without (instance) (${among("== 1")})`;
}

/** Only the series of peer-exporters: other programs have them too, and All means any job. */
export function ofExporters(expr: string): string {
  return `${expr} and on (job, instance) ${exporter("peer_exporter_build_info")}`;
}

/** One value for each exporter, however many jobs scrape it. */
export function own(metric: string): string {
  return oncePerExporter(ofExporters(exporter(metric)));
}

/** A quantile of a histogram, of each exporter. */
export function quantileOf(histogram: string, quantile: number): string {
  return `histogram_quantile(${quantile}, sum by (instance, le) (${oncePerExporter(rate(exporter(`${histogram}_bucket`)))}))`;
}

/** How many observations per second each bucket of a histogram got, of all exporters: what a heatmap draws. */
export function bucketsOf(histogram: string): string {
  return `sum by (le) (${oncePerExporter(rate(exporter(`${histogram}_bucket`)))})`;
}
