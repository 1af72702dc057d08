import { EXPORTER_FAULTS, type Fault } from "./exporter-catalogue.ts";

/** The part of docs/reliability.md that is made of the catalogue. */
export function exporterFaultsSection(): string {
  return Object.values<Fault>(EXPORTER_FAULTS).map(describeFault).join("\n");
}

function describeFault({ fault, shows, reason, log, remedy }: Fault): string {
  return `### ${fault}

${shows}

| | |
|---|---|
| \`reason\` | ${reason === undefined ? "none: no poll fails of it" : `\`${reason}\``} |
| log | ${log === undefined ? "nothing" : `\`${log}\``} |
| remedy | ${remedy} |
`;
}

/** The text between the two marks of a name; they stay. */
export function replaceBetween(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no marks of ${name}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n${page.slice(to)}`;
}
