import type { TextSample } from "../../lib/prometheus-text.ts";
import { blocks, count } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import { table } from "./table.ts";

/** The heads on the page of a node. */

const HEAD = "p2p_node_head_height";
const FINAL = "p2p_node_final_height";
const REFERENCE = "p2p_node_reference_height";
const LAG = "p2p_node_head_lag_blocks";
const REFERENCE_HEAD = "p2p_reference_head_height";

/** The families that the table shows. */
export const HEAD_FAMILIES: readonly string[] = [HEAD, FINAL, REFERENCE, LAG, REFERENCE_HEAD];

type HeadRow = { readonly what: string; readonly height: number; readonly ahead: number | undefined };

const REFERENCE_TEXTS: Readonly<Record<string, string>> = {
  peers: "best head that enough peers support",
  fleet: "best head of the other nodes of the network",
  configured: "best head of the configured references",
};

/** The node's own head, and each head that it is compared with. */
export function headsTable(samples: readonly TextSample[]): Markup {
  const own = samples.find(({ name }) => name === HEAD || name === REFERENCE_HEAD)?.value;
  const rows: readonly HeadRow[] = samples.flatMap(({ name, labels, value }): readonly HeadRow[] => {
    if (name === HEAD || name === REFERENCE_HEAD) return [{ what: "own head", height: value, ahead: undefined }];
    if (name === FINAL) return [{ what: "last irreversible block", height: value, ahead: undefined }];
    if (name !== REFERENCE) return [];
    const reference = labels.get("reference") ?? "";
    return [
      {
        what: REFERENCE_TEXTS[reference] ?? reference,
        height: value,
        ahead: own === undefined ? undefined : value - own,
      },
    ];
  });
  if (rows.length === 0) return markup`<p>The last poll returned no head.</p>`;
  const isReference = samples.some(({ name }) => name === REFERENCE_HEAD);
  const lag = samples.find(({ name }) => name === LAG)?.value;
  const comparison = lag === undefined ? "No reference to compare with." : `${blocks(lag)} behind the best reference.`;
  return table<HeadRow>({
    isCompact: true,
    caption: isReference ? "Other nodes are compared with it." : comparison,
    columns: [
      { key: "what", title: "Head", isRowHeader: true, cell: ({ what }) => markup`${what}` },
      { key: "height", title: "Height", isNumeric: true, cell: ({ height }) => markup`${count(height)}` },
      {
        key: "ahead",
        title: "Difference",
        isNumeric: true,
        cell: ({ ahead }) => markup`${ahead === undefined ? "" : `${ahead > 0 ? "+" : ""}${count(ahead)}`}`,
      },
    ],
    rows,
  });
}
