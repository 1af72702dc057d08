import { type ConfigSources, loadConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/schema/problems.ts";

/** Why a configuration is refused; undefined if it is good. Any other error fails the test. */
export async function configErrorOf(sources: ConfigSources): Promise<ConfigError | undefined> {
  try {
    await loadConfig(sources);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
