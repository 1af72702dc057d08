import { ADAPTERS } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import type { NodeFamily } from "../../src/metrics/family.ts";
import { leftOutSection } from "./api-fields.ts";
import { exampleLines } from "./metric-examples.ts";
import { type LabelValues, labelValues } from "./metric-labels.ts";
import { isOfProcess, OWN_FAMILIES, type OwnFamily } from "./own-families.ts";

/** docs/metrics.md: every family of the catalogue, with the sources of its values, and those of the exporter itself. */

const SECTIONS: readonly { readonly title: string; readonly has: (family: NodeFamily) => boolean }[] = [
  { title: "Nodes", has: ({ name }) => name.startsWith("p2p_node_") },
  { title: "Connections", has: ({ name }) => name.startsWith("p2p_connection_") },
  { title: "References", has: ({ about }) => about === "reference" },
  ...ADAPTERS.map(({ title, optionsKey }) => ({
    title,
    has: ({ name }: NodeFamily) => name.startsWith(`p2p_${optionsKey}_`),
  })),
];

const INTRODUCTION = `# Metrics

Generated from the catalogue of the program (\`npm run docs\`); a test fails if the two differ.

Every series of a node has the labels \`target\`, the node's name in the configuration (host and port of a [probed
target](probe.md)), \`chain\`, and the \`labels\` of the node in the configuration. A series is absent if its value is not known:
missing values never become 0, and a node that stops answering loses its data series with the first failed poll.

Each family has a level: *stable*, *experimental* or *deprecated*. [stability.md](stability.md) says what each one promises, and
[migration.md](migration.md#from-010-to-020) what changed since the last release. Below each family are the labels that it has
in addition, with all their values, or who writes them; what the value is read from on each chain; and a sample. The values of
\`chain\` in these samples are the names of the configuration's blocks: nodes with \`chain: antelope\` have the families of \`wire\`,
and those with \`litecoin\`, \`dogecoin\`, \`bitcoincash\`, \`dash\` and \`zcash\` have those of \`bitcoin\`.
`;

const OF_PROCESS = `
## The process

These families come from [prom-client](https://github.com/prometheus/client_js), which chooses their names, types, labels and HELP:
they have no level, and may change with any version.

`;

/** All families, in the order of the metrics page. */
export const CATALOGUE: readonly NodeFamily[] = createCatalogue(ADAPTERS);

export function metricsDocument(): string {
  const sections = SECTIONS.map(({ title, has }) => section(title, CATALOGUE.filter(has).map(describeFamily)));
  const own = OWN_FAMILIES.filter(({ name }) => !isOfProcess(name));
  const ofProcess = OWN_FAMILIES.filter(({ name }) => isOfProcess(name));
  return [
    INTRODUCTION,
    ...sections,
    section("The exporter", own.map(describeOwnFamily)),
    OF_PROCESS + ofProcess.map(describeOwnFamily).join("\n"),
    leftOutSection(titleOf),
  ].join("");
}

function section(title: string, families: readonly string[]): string {
  return families.length === 0 ? "" : `\n## ${title}\n\n${families.join("\n")}`;
}

function titleOf(chain: string): string {
  return ADAPTERS.find(({ optionsKey }) => optionsKey === chain)?.title ?? chain;
}

function describeFamily(family: NodeFamily): string {
  const { name, type, help, labels, sources, stability = "stable" } = family;
  const source = Object.entries(sources).map(([chain, field]) => `| ${chain} | ${field} |`);
  const values = labels.map((label) => [label, valuesText(labelValues(family, label))] as const);
  return `### ${name}

${type}, ${stability}. ${help}

${labelTable(values)}| chain | from |
|---|---|
${source.join("\n")}

\`\`\`prom
${exampleLines(family).join("")}\`\`\`
`;
}

function describeOwnFamily({ name, type, help, labels, example }: OwnFamily): string {
  const level = isOfProcess(name) ? "" : ", stable";
  const values = Object.entries(labels).map(
    ([label, one]) => [label, typeof one === "string" ? one : codes(one)] as const,
  );
  return `### ${name}

${type}${level}. ${help}

${labelTable(values)}\`\`\`prom
${example.join("\n")}
\`\`\`
`;
}

function labelTable(labels: readonly (readonly [label: string, values: string])[]): string {
  if (labels.length === 0) return "";
  return `| label | values |\n|---|---|\n${labels.map(([label, values]) => `| \`${label}\` | ${values} |\n`).join("")}\n`;
}

/** The values of each chain; once if they are the same everywhere. */
function valuesText(values: LabelValues): string {
  if ("open" in values) return values.open;
  const byText = new Map<string, string[]>();
  for (const [chain, own] of Object.entries(values.closed)) {
    const text = codes(own);
    byText.set(text, [...(byText.get(text) ?? []), chain]);
  }
  const [only, ...others] = byText.keys();
  if (others.length === 0) return only ?? "";
  return [...byText].map(([text, chains]) => `${chains.join(", ")}: ${text}`).join("; ");
}

function codes(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(", ");
}
