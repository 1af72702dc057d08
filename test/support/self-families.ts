import { createSelfMetrics } from "../../src/metrics/self.ts";

/** All families of the exporter itself. */
export function selfFamilies(): Promise<readonly { readonly name: string; readonly type: string }[]> {
  return createSelfMetrics("1.2.3").collect();
}
