import { startDemo } from "../../demo/demo.ts";
import type { Context } from "../context.ts";
import type { ServeFlags, ShardFlags } from "../invocation.ts";
import { serve } from "./serve.ts";

export async function demo(flags: ShardFlags & ServeFlags, context: Context): Promise<number> {
  // A closed terminal ends the demo, which has no configuration file to reload.
  process.on("SIGHUP", () => process.kill(process.pid, "SIGTERM"));
  const simulated = await startDemo(context.print);
  context.redactor.addSecrets(simulated.config);
  try {
    return await serve({ load: async () => simulated.config, files: [] }, flags, context, simulated.printGuide);
  } finally {
    await simulated.close();
  }
}
