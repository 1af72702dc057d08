import type { PartFailure } from "../../poll/outcomes.ts";
import { type Markup, markup } from "../markup.ts";
import type { Condition } from "./overview.ts";

/** Parts that several pages have. */

export const CONDITION_WORDS: Readonly<Record<Condition, readonly [sign: string, words: string]>> = {
  up: ["●", "up"],
  partly: ["◐", "partly up"],
  waiting: ["○", "not polled yet"],
  down: ["✕", "down"],
};

/** Sign, colour and word: nobody has to tell colours apart. */
export function badge(condition: Condition): Markup {
  const [sign, words] = CONDITION_WORDS[condition];
  return markup`<span class="badge ${condition}"><span aria-hidden="true">${sign}</span> ${words}</span>`;
}

export function failureText({ api, failure }: PartFailure): Markup {
  return markup`<p class="failure">${api}: <span class="reason">${failure.reason}</span> ${failure.message}<br>
<span class="advice">${failure.advice}</span></p>`;
}

export function labelText(labels: Readonly<Record<string, string>>): Markup {
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
  return text === "" ? markup`` : markup`<span class="labels">${text}</span>`;
}
