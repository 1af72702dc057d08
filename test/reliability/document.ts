import type { FaultEntry } from "./catalogue.ts";

/** The sections of docs/reliability.md that are made from the catalogues of faults. */

/** The document with this section replaced; what stands around the markers is written by hand. */
export function withSection(document: string, name: string, entries: readonly FaultEntry[]): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document lacks the markers of the section "${name}"`);
  const section = entries.map(describeFault).join("\n");
  return `${document.slice(0, from + begin.length)}\n\n${section}\n${document.slice(to)}`;
}

function describeFault({ fault, shows, reason, log, remedy }: FaultEntry): string {
  return `### ${fault}

- Page: ${shows}.
- Reason: ${reason === "none" ? "none, its polls succeed" : `\`${reason}\``}.
- Log: ${log === "nothing" ? "nothing" : `\`${log}\``}.
- Remedy: ${remedy}
`;
}
