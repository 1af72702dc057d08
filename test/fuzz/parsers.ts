import fc from "fast-check";
import { type CampaignResult, textOf } from "./campaign.ts";
import { CONFIG_TARGET } from "./parsers-config.ts";
import { TEXT_TARGETS } from "./parsers-text.ts";
import { emptyCounts } from "./tally.ts";

/** A small parser with the properties that it must keep for any input. */
export type ParserTarget = {
  readonly name: string;
  readonly texts: () => fc.Arbitrary<string>;
  /** Throws, or rejects, with what does not hold. */
  readonly check: (text: string) => void | Promise<void>;
};

export const PARSER_TARGETS: readonly ParserTarget[] = [CONFIG_TARGET, ...TEXT_TARGETS];

type Options = {
  readonly runs: number;
  readonly seed: number;
  readonly onProgress?: ((cases: number) => void) | undefined;
};

export async function runParsers(
  target: ParserTarget | undefined,
  { runs, seed, onProgress }: Options,
): Promise<CampaignResult> {
  if (target === undefined) throw new Error("no such parser");
  const property = fc.asyncProperty(target.texts(), async (text) => target.check(text));
  const details = await fc.check(property, { numRuns: runs, seed });
  onProgress?.(details.numRuns);
  const found = details.failed
    ? {
        scenario: { text: details.counterexample?.[0] ?? "" },
        error: textOf(details.errorInstance),
        shrinks: details.numShrinks,
      }
    : undefined;
  return { cases: details.numRuns, counts: emptyCounts(), slowest: undefined, found };
}
