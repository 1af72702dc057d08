import type { ProbeRequest } from "../config/probe.ts";
import { formatDuration } from "../lib/duration.ts";
import { harmlessLines } from "../lib/text/harmless.ts";
import { answerPage, wantedOf } from "./metrics-route.ts";
import { buildBody, type PageView } from "./page-source.ts";
import { type Answer, problem, type Request, text } from "./respond.ts";
import { scrapeTimeoutMs } from "./scrape-timeout.ts";

/** What came of the wish to poll a target. */
export type TargetAnswer =
  | {
      readonly kind: "polled";
      readonly page: Pick<PageView, "chunks">;
      /** The poll in words. */
      readonly trace: string;
      /** Of an answer that others got before; undefined: the poll ended just now. */
      readonly shared?: SharedAnswer | undefined;
    }
  | { readonly kind: "bad" | "forbidden"; readonly message: string }
  | { readonly kind: "busy" }
  | { readonly kind: "stopping" };

/** @param gone ends when nobody waits for it any more */
export type ProbeTarget = (request: ProbeRequest, longestMs: number, gone: AbortSignal) => Promise<TargetAnswer>;

/**
 * `/probe?target=URL&module=NAME`: polls what the configuration allows, and answers with its series alone. With
 * `debug=true`, for people: the poll in words, then the series.
 */
export async function answerTarget(request: Request, parameters: URLSearchParams, probe: ProbeTarget): Promise<Answer> {
  const [target = "", ...moreTargets] = parameters.getAll("target");
  const [module = "", ...moreModules] = parameters.getAll("module");
  if (target === "" || moreTargets.length + moreModules.length > 0) {
    return problem(400, "expected /probe?target=URL&module=NAME, each once");
  }
  const gone = new AbortController();
  request.onGone(() => gone.abort());
  const result = await probe({ target, module }, scrapeTimeoutMs(request), gone.signal);
  switch (result.kind) {
    case "polled":
      if (parameters.get("debug") === "true") {
        const { trace, page, shared } = result;
        return debugPage({ trace: shared === undefined ? trace : sharedNotice(shared) + trace, page });
      }
      return answerPage(wantedOf(request.headers), (format, encoding) => buildBody(result.page, format, encoding));
    case "bad":
      return problem(400, result.message);
    case "forbidden":
      return problem(403, result.message);
    case "busy":
      return problem(503, "as many targets as probe.concurrency allows are polled now", { "retry-after": "1" });
    case "stopping":
      return problem(503, "the exporter is stopping");
  }
}

/** The answer of a poll that others asked for: how long ago that ended, and how long whoever asks gets it. In milliseconds. */
export type SharedAnswer = { readonly ageMs: number; readonly sharedForMs: number };

/** Says so to people. */
export function sharedNotice({ ageMs, sharedForMs }: SharedAnswer): string {
  const [age, sharedFor] = [ageMs, sharedForMs].map(formatDuration);
  return `shared: the poll below ended ${age} ago; its answer is given to everybody for ${sharedFor}, so that nobody can have the node asked more often\n\n`;
}

/** For people: the poll in words, then its series. */
export function debugPage({
  trace,
  page,
}: {
  readonly trace: string;
  readonly page: Pick<PageView, "chunks">;
}): Answer {
  // A terminal obeys some characters, and strangers may have had a say.
  return text(200, harmlessLines(trace + Buffer.concat([...page.chunks("text", "kept")]).toString()));
}
