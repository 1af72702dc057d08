import type { Page } from "./exposition-parser.ts";
import { type RunningProgram, type WaitOptions, waitFor } from "./servers.ts";

/** An exporter at this URL; the end of its program, if it is given, is an error. */
type Waited = { readonly url: string; readonly program?: RunningProgram | undefined };

/** Waits until each node was polled once. */
export async function untilReady({ url, program }: Waited): Promise<void> {
  const isReady = async () => (await fetch(`${url}/-/ready`)).status === 200;
  await waitFor(isReady, "every node to be polled", { timeoutMs: 60_000, program });
}

type Source = { page(): Promise<Page>; readonly program?: RunningProgram | undefined };

/** Waits until the metrics page fulfils a condition, and gives that page. */
export function pageWhere(
  { page, program }: Source,
  isSo: (page: Page) => boolean,
  what: string,
  { timeoutMs = 30_000 }: Pick<WaitOptions, "timeoutMs"> = {},
): Promise<Page> {
  return waitFor(
    async () => {
      const found = await page();
      return isSo(found) && found;
    },
    what,
    { timeoutMs, program },
  );
}
