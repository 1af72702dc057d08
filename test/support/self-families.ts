import { setTimeout as sleep } from "node:timers/promises";
import { createSelfMetrics } from "../../src/metrics/self.ts";

/** All families of the exporter itself. Delays of the event loop are there as soon as one has been measured. */
export async function selfFamilies(): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const metrics = createSelfMetrics("1.2.3");
  for (;;) {
    const families = await metrics.collect();
    if (families.some(({ name }) => name === "nodejs_eventloop_lag_max_seconds")) return families;
    await sleep(10);
  }
}
