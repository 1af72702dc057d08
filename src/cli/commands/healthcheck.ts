import VERSION from "embedded:version";
import { locationOf } from "../../server/location.ts";
import type { Context } from "../context.ts";
import { argumentsOfProcess1, checkHealth, HEALTH_PATH } from "../health.ts";
import type { HealthcheckInvocation, ServeFlags } from "../invocation.ts";
import { parseArguments } from "../parse-arguments.ts";

export async function healthcheck(
  { addresses, routePrefix }: HealthcheckInvocation,
  { print }: Context,
): Promise<number> {
  const served = servedPlaces();
  if (addresses === undefined && served.isSystemdSocket) {
    print("unhealthy: the exporter serves on sockets of systemd: pass one of them as --web.listen-address\n");
    return 1;
  }
  const path = `${routePrefix ?? served.location.routePrefix}${HEALTH_PATH}`;
  const { healthy, message } = await checkHealth(addresses ?? served.addresses, { path });
  print(message);
  return healthy ? 0 : 1;
}

type Places = Pick<ServeFlags, "addresses" | "location" | "isSystemdSocket">;

/** Where the exporter of this container listens; outside of a container, the default address. */
function servedPlaces(): Places {
  const parse = (args: readonly string[]) => parseArguments(args, VERSION, { out: () => {}, err: () => {} });
  const running = [parse(argumentsOfProcess1(process.argv[1] ?? "") ?? []), parse([])];
  const found = running.find((one) => one.command === "serve" || one.command === "demo");
  return found ?? { addresses: [], location: locationOf(), isSystemdSocket: false };
}
