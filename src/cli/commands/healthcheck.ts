import { VERSION } from "../../lib/version.ts";
import type { ListenAddress } from "../../server/listen-address.ts";
import type { Context } from "../context.ts";
import { parseArguments } from "../parse-arguments.ts";
import { argumentsOfProcess1, checkHealth } from "./healthcheck/request.ts";

export async function healthcheck(
  addresses: readonly ListenAddress[] | undefined,
  { print }: Context,
): Promise<number> {
  const { healthy, message } = await checkHealth(addresses ?? servedAddresses());
  print(message);
  return healthy ? 0 : 1;
}

/** Where the exporter of this container listens; outside of one, where an exporter does by itself. */
function servedAddresses(): readonly ListenAddress[] {
  const parse = (args: readonly string[]) => parseArguments(args, VERSION, { out: () => {}, err: () => {} });
  const running = [parse(argumentsOfProcess1(process.argv[1] ?? "") ?? []), parse([])];
  return running.find((one) => one.command === "serve" || one.command === "demo")?.addresses ?? [];
}
