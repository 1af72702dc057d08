import { chains } from "../../../chains/index.ts";
import { type Answer, type Ask, isFound, rank } from "./ask.ts";
import type { Entry } from "./entry.ts";
import { type Attempt, elsewhere, mayBeSecret } from "./places.ts";

export type Found = {
  /** As it should be polled; it was, in just this way. */
  readonly best: Answer;
  /** Nobody whom this machine trusts has signed its certificate. */
  readonly isPinned: boolean;
  /** Where it or another node of the chain answers too, with less. */
  readonly others: readonly Answer[];
};

export type SearchResult = { readonly found: readonly Found[]; readonly failed: readonly Answer[] };

type PinOf = (url: string) => Promise<string | undefined>;

/** Finds the best address of each chain among the attempts. */
export async function search(attempts: readonly Attempt[], ask: Ask, pinOf: PinOf): Promise<SearchResult> {
  const first = await ask(attempts.map(firstEntry));
  const answers = [...first, ...(await ask(first.filter(isOtherNetwork).flatMap(otherVariants)))];
  const good = answers.filter(isFound);
  const found: Found[] = [];
  for (const chain of new Set(good.map(({ entry }) => entry.chain))) {
    const ranked = good.filter(({ entry }) => entry.chain === chain).sort((a, b) => rank(b) - rank(a));
    const [best, ...others] = ranked;
    if (best === undefined) continue;
    const trusted = await withTrust(best, ask, pinOf);
    found.push({ ...trusted, best: await withCompanions(trusted.best, ask), others });
  }
  return { found, failed: answers.filter((answer) => !isFound(answer)) };
}

/** Without a look at the certificate, as long as nothing secret is sent: nodes sign their own. */
function firstEntry({ chain, url }: Attempt): Entry {
  const isBlind = /^https:/i.test(url) && !mayBeSecret(url);
  const [options = {}] = chains[chain].discovery.variants;
  return { name: "", chain, url, tls: isBlind ? { insecure: true } : undefined, options };
}

function isOtherNetwork({ polled: { report } }: Answer): boolean {
  return !report.peers.ok && report.peers.failure.reason === "wrong_network";
}

function otherVariants({ entry }: Answer): readonly Entry[] {
  return chains[entry.chain].discovery.variants.slice(1).map((options) => ({ ...entry, options }));
}

/** By the authorities where they know the certificate, else by the certificate that was presented. */
async function withTrust(best: Answer, ask: Ask, pinOf: PinOf): Promise<Pick<Found, "best" | "isPinned">> {
  const { entry } = best;
  if (entry.tls === undefined) return { best, isPinned: false };
  const pin = await pinOf(entry.url);
  const choices: Entry[] = [{ ...entry, tls: undefined }, ...(pin === undefined ? [] : [{ ...entry, tls: { pin } }])];
  const answers = (await ask(choices)).filter(isFound);
  const chosen = answers[0] ?? best;
  return { best: chosen, isPinned: chosen.entry.tls?.pin !== undefined };
}

/** With the other servers of the node, where they answer as they should. */
async function withCompanions(best: Answer, ask: Ask): Promise<Answer> {
  let kept = best;
  for (const [option, place] of Object.entries(chains[best.entry.chain].discovery.companions)) {
    const url = elsewhere(best.entry.url, place);
    if (url === undefined) continue;
    const [answer] = await ask([{ ...kept.entry, options: { ...kept.entry.options, [option]: url } }]);
    const parts = answer === undefined ? [] : [...answer.polled.report.apis.values()];
    if (answer !== undefined && isFound(answer) && parts.every(({ ok }) => ok)) kept = answer;
  }
  return kept;
}
