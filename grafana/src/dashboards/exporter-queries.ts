import { exporter, oncePerExporter, rate } from "../select.ts";

/** Queries of several rows of the dashboard of the exporter. */

/** The name of an exporter in legends. */
export const NAME = "{{instance}}";

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
