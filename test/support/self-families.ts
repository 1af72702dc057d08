import { createNodeInfo } from "../../src/metrics/node-info.ts";
import { createSelfMetrics } from "../../src/metrics/self.ts";

/** All families of the exporter itself. */
export async function selfFamilies(): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const own = await createSelfMetrics("1.2.3").collect();
  return createNodeInfo()(own, [{ name: "node-1", chain: "wire" }]);
}
