import type { Config } from "../../config/model.ts";
import { describeNodes } from "../../config/print.ts";
import { documentUrl } from "../../documents/pointers.ts";
import type { Steps } from "../../lib/slices.ts";
import { badge, moment } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { sourceActions, sourceSteps } from "./source.ts";

/** The page of the current configuration. */

/** How the configuration was last read. */
export type LastRead = {
  /** Whether all files were valid. */
  readonly isValid: boolean;
  /** When the current configuration was loaded. */
  readonly loadedMs: number;
};

type ConfigPageOptions = {
  readonly config: Config;
  /** As printSteps makes it, without secrets. */
  readonly yaml: string;
  readonly lastRead: LastRead | undefined;
  readonly nowMs: number;
  readonly linkPrefix: string;
};

export function* configSteps({ config, yaml, lastRead, nowMs, linkPrefix }: ConfigPageOptions): Steps<Markup> {
  const source = yield* sourceSteps(yaml, "The configuration as YAML");
  return markup`<h1>Configuration</h1>
<p>${describeNodes(config)}${lastRead === undefined ? NOTHING : markup`, loaded ${moment(lastRead.loadedMs, nowMs)}`}. <a href="${documentUrl(linkPrefix, "configuration", "changes")}">How to change it</a></p>
${lastRead === undefined ? NOTHING : state(lastRead)}${sourceActions(`${linkPrefix}/config?format=yaml`, "peer-exporter-config.yaml")}
${source}`;
}

function state({ isValid }: LastRead): Markup {
  return isValid
    ? markup`<p>${badge("up", "valid")} when its files were last read.</p>
`
    : markup`<div class="failures"><p>${badge("down", "The last reload failed.")} A file is not valid, and what was in use before stays in use. The log of the exporter says what is wrong.</p></div>
`;
}
