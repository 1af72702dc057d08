import { documentUrl } from "../../documents/pointers.ts";
import { ago, isoTime } from "../../lib/text/format.ts";
import type { ApiFailure } from "../../poll/outcomes.ts";
import { type Markup, markup } from "./markup.ts";
import type { Condition, Level } from "./overview.ts";

export { age, ago, bytes, duration, isoTime } from "../../lib/text/format.ts";

/** How numbers, times, conditions, failures and labels look on all pages. */

/** In place of a value that is not known. The dash is a value, so that the build escapes it, as a template it could not. */
export const UNKNOWN = markup`<span class="unknown" title="unknown">${"–"}</span>`;

/** 1234567 as 1 234 567, with narrow spaces that do not break. */
export function count(value: number): string {
  const [whole = "", fraction] = String(value).split(".");
  const groups: string[] = [];
  for (let end = whole.length; end > 0; end -= 3) groups.unshift(whole.slice(Math.max(0, end - 3), end));
  const grouped = groups.join("\u202f");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** "1 block", "2 blocks". */
export function blocks(number: number): string {
  return `${count(number)} ${number === 1 ? "block" : "blocks"}`;
}

export function countOrUnknown(value: number | undefined): Markup {
  return value === undefined ? UNKNOWN : markup`${count(value)}`;
}

/** A time as "3 min ago". Programs and the mouse pointer get the date. */
export function moment(ms: number, nowMs: number): Markup {
  const date = isoTime(ms);
  return markup`<time datetime="${date}" title="${date}">${ago(ms, nowMs)}</time>`;
}

/** A time in UTC. */
export function timeOfDay(ms: number): Markup {
  const date = isoTime(ms);
  return markup`<time datetime="${date}">${date.slice(0, 19).replace("T", " ")}</time>`;
}

const CONDITIONS: Readonly<Record<Condition, readonly [sign: string, text: string]>> = {
  up: ["●", "up"],
  degraded: ["◐", "degraded"],
  waiting: ["○", "not polled yet"],
  down: ["✕", "down"],
};

/** Sign, colour and word, for people who cannot tell the colours apart. */
export function badge(condition: Condition, text = CONDITIONS[condition][1]): Markup {
  const [sign] = CONDITIONS[condition];
  return markup`<span class="badge ${condition}"><span aria-hidden="true">${sign}</span> ${text}</span>`;
}

const LEVELS = { critical: "down", warning: "degraded", waiting: "waiting" } as const satisfies Record<
  Level,
  Condition
>;

export function troubleBadge(level: Level, text: string): Markup {
  return badge(LEVELS[level], text);
}

/**
 * What failed and what to change, with a link to more about the reason.
 * @param linkPrefix what the paths of links begin with
 */
export function failureText({ api, failure }: ApiFailure, linkPrefix: string): Markup {
  const more = documentUrl(linkPrefix, "troubleshooting", failure.reason);
  return markup`<p class="failure">${api}: <a class="reason" href="${more}">${failure.reason}</a> ${failure.message}<br>
<span class="advice">${failure.advice}</span></p>`;
}

export function labelText(labels: Readonly<Record<string, string>>): Markup {
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
  return text === "" ? markup`` : markup`<span class="labels">${text}</span>`;
}
