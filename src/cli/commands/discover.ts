import { createProgress } from "../../lib/text/terminal.ts";
import type { Context } from "../context.ts";
import { createInterrupt, EXIT_USAGE } from "../context.ts";
import { createAsk } from "./discover/ask.ts";
import { presentedPin } from "./discover/certificate.ts";
import { configText } from "./discover/entry.ts";
import { AddressError, attemptsAt } from "./discover/places.ts";
import { search } from "./discover/search.ts";
import { describeFound, triedLines } from "./discover/words.ts";

const PIN_TIMEOUT_MS = 5000;

/** Finds out what answers at an address. @returns 1 when no node does */
export async function discover(address: string, context: Context): Promise<number> {
  const { print, printError, redactor } = context;
  const interrupt = createInterrupt(context);
  const progress = createProgress(process.stderr);
  const { signal } = interrupt;
  try {
    const attempts = attemptsAt(address);
    progress.show(`asking ${new Set(attempts.map(({ url }) => url)).size} addresses …`);
    const ask = createAsk(redactor, signal);
    const { found, failed } = await search(attempts, ask, (url) => presentedPin(url, PIN_TIMEOUT_MS, signal));
    progress.end();
    if (signal.aborted) return interrupt.exitCode();
    if (found.length > 0) {
      print(configText(describeFound(found)));
      return 0;
    }
    printError(
      ["no node of a chain that peer-exporter knows answers there. Tried:", ...triedLines(failed), ""].join("\n"),
    );
    return 1;
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    progress.end();
    printError(`error: ${error.message}\n`);
    return EXIT_USAGE;
  } finally {
    progress.end();
  }
}
