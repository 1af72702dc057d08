import { DEFAULT_ADDRESS, parseListenAddress } from "../server/listen-address.ts";
import { argumentsOfProcess1, checkHealth } from "./health.ts";

/** Flags of a server that change where it answers, or how. With one of them, the whole command line is read. */
const OTHER_PLACE = /^--(?:web\.(?!listen-address|telemetry-path)|help|version)/;

const ADDRESS = "--web.listen-address";

/**
 * A health check of a server that speaks plain HTTP at its root, without the parser of the command line and what it needs: the
 * check runs in the memory limit of the server, and takes 8 MiB less like this.
 * @param args after the command
 * @returns the exit code; undefined when the whole command line must be read
 */
export async function quickHealthCheck(
  args: readonly string[],
  print: (text: string) => void,
  server: readonly string[] | undefined = argumentsOfProcess1(process.argv[1] ?? ""),
): Promise<number | undefined> {
  const texts = plainAddresses(args, server);
  if (texts === undefined) return undefined;
  try {
    const { healthy, message } = await checkHealth(texts.map(parseListenAddress), { isPlain: true });
    print(message);
    return healthy ? 0 : 1;
  } catch {
    // An address that cannot be parsed: the command says why.
    return undefined;
  }
}

/** @returns undefined unless it is known that the server speaks plain HTTP, at its root, on addresses that are known */
export function plainAddresses(
  args: readonly string[],
  server: readonly string[] | undefined,
): readonly string[] | undefined {
  if (server === undefined || server.some((word) => OTHER_PLACE.test(word))) return undefined;
  const own = addressesIn(args);
  if (own === undefined || (args.length > 0 && own.length !== args.length)) return undefined;
  const found = own.length > 0 ? own : addressesIn(server);
  return found?.length === 0 ? [DEFAULT_ADDRESS] : found;
}

/** The values of --web.listen-address=VALUE; undefined when one is in the next word. */
function addressesIn(words: readonly string[]): readonly string[] | undefined {
  if (words.includes(ADDRESS)) return undefined;
  return words.filter((word) => word.startsWith(`${ADDRESS}=`)).map((word) => word.slice(ADDRESS.length + 1));
}
