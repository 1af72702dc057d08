import type { Steps } from "../../lib/slices.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { sourceActions, sourceSteps } from "./source.ts";

/** The page of one poll: how each part of it ended, its requests, and its metrics. */

type ProbePageOptions = {
  /** What was polled, and where its page is. */
  readonly name: string;
  readonly href: string | undefined;
  /** Set when the poll is an earlier one. */
  readonly notice: string | undefined;
  readonly trace: string;
  readonly series: string;
  /** Where the metrics are without the page. */
  readonly metricsHref: string;
};

export function* probeSteps(options: ProbePageOptions): Steps<Markup> {
  const { name, href, notice, trace, series, metricsHref } = options;
  const source = yield* sourceSteps(series, "The metrics of the poll");
  return markup`<h1>Poll of ${href === undefined ? name : markup`<a href="${href}">${name}</a>`}</h1>
${notice === undefined ? NOTHING : markup`<div class="failures degraded"><p>${notice}</p></div>\n`}<pre class="source" tabindex="0" role="region" aria-label="The poll">${trace.trimEnd()}</pre>
<h2>Metrics</h2>
${sourceActions(metricsHref, "metrics.txt")}
${source}`;
}
