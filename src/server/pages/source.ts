import type { Steps } from "../../lib/slices.ts";
import { type Markup, markup } from "./markup.ts";

/** A text of many lines on a page, with a button that copies it. */

/** One step: a large fleet has a configuration of 100,000 lines. */
const LINES_PER_STEP = 100;

/**
 * @param what the name of the text for screen readers
 * @param showLine shows a line of the text
 */
export function* sourceSteps(text: string, what: string, showLine: (line: string) => Markup = yamlLine): Steps<Markup> {
  const lines = text.replace(/\n$/, "").split("\n");
  const shown: Markup[] = [];
  for (let from = 0; from < lines.length; from += LINES_PER_STEP) {
    const some = lines.slice(from, from + LINES_PER_STEP);
    shown.push(markup`${some.map((line) => markup`${showLine(line)}\n`)}`);
    yield;
  }
  return markup`<pre class="source" id="source" tabindex="0" role="region" aria-label="${what}">${shown}</pre>`;
}

/** Comments are quiet, and names stand out: those of nodes and of groups of rules. */
export function yamlLine(line: string): Markup {
  const begin = line.trimStart();
  if (begin.startsWith("#")) return markup`<span class="comment">${line}</span>`;
  return begin.startsWith("- name: ") ? markup`<b>${line}</b>` : markup`${line}`;
}

/**
 * Links and buttons above the text.
 * @param download where the text is without the page
 */
export function sourceActions(download: string, file: string): Markup {
  return markup`<p class="actions"><a class="button" href="${download}" download="${file}">Download ${file}</a><button class="copy" type="button" value="source">Copy</button></p>`;
}
