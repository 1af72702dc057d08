import { stringify } from "yaml";
import { CHANGES, type Change, PROMISED_FROM, UNPROMISED } from "../stability/changes.ts";
import { between } from "./markers.ts";

/** The section of docs/migration.md about the release that renames: a table, and what keeps old names alive. */

export function migrationDocument(document: string): string {
  const withTable = between(document, "old names: table", `${table()}\n`);
  const withRelabelling = between(withTable, "old names: relabelling", yaml(relabelling()));
  return between(withRelabelling, "old names: rules", yaml(rules()));
}

function table(): string {
  const rows = CHANGES.map(({ old, now, note, kept }) => {
    const query = now === undefined ? "" : `\`${now.replaceAll("|", "\\|")}\``;
    return `| \`${old}\` | ${query} | ${note.replaceAll("|", "\\|")}${HOW[kept]} |`;
  });
  return `| ${UNPROMISED} | ${PROMISED_FROM} | differences |\n|---|---|---|\n${rows.join("\n")}`;
}

/** What a reader of the table has to do with the name. */
const HOW: Readonly<Record<Change["kept"], string>> = {
  relabelling: " *(relabelling)*",
  rule: " *(rule)*",
  no: "",
};

type Relabelling = Readonly<Record<string, unknown>>;

/** The families of Wire's connections, which got a longer name. */
const [FROM, TO] = ["p2p_wire_connection_", "p2p_wire_"];

/** Of the job that scrapes the exporter. */
function relabelling() {
  const renamed = CHANGES.filter(({ kept }) => kept === "relabelling").map(({ old }) => old.slice(TO.length));
  return {
    scrape_configs: [
      {
        job_name: "peer-exporter",
        static_configs: [{ targets: ["localhost:10900"] }],
        metric_relabel_configs: [
          relabel("__name__", `${FROM}(${renamed.join("|")})`, `${TO}$1`),
          relabel("direction", "p2p_chainweb_peer_info", "unknown"),
          relabel("__name__", "p2p_chainweb_peer_info", "p2p_connection_info"),
        ],
      },
    ],
  };
}

function relabel(label: string, name: string, replacement: string): Relabelling {
  return { source_labels: ["__name__"], regex: name, target_label: label, replacement };
}

function rules(): { readonly groups: readonly unknown[] } {
  const own = CHANGES.filter(({ kept }) => kept === "rule");
  return {
    groups: [
      {
        name: `names-of-${UNPROMISED}`,
        rules: own.map(({ old, now = "", rule = now }) => ({ record: old, expr: rule })),
      },
    ],
  };
}

function yaml(content: unknown): string {
  const text = stringify(content, { lineWidth: 0 });
  return `\`\`\`yaml\n${text.replaceAll(LIST_OF_ONE, '$1: ["$2"]').replaceAll('["__name__"]', "[__name__]")}\`\`\`\n`;
}

const LIST_OF_ONE = /^( *(?:- )?\w+):\n +- ([\w:]*\w)$/gm;
