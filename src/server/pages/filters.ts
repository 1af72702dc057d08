import { countBy, groupBy } from "../../lib/group.ts";
import { count } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { isBehind, lagOf, type NodeOverview, peersOf } from "./overview.ts";
import { linkWith, type PageQuery, parametersOf } from "./query.ts";
import {
  dividingLabels,
  isIn,
  LABEL,
  type LabelValues,
  labelOf,
  MAX_SEARCH_LENGTH,
  type Selection,
  selected,
  UNHEALTHY,
  UP,
} from "./selection.ts";
import { peersText } from "./summary.ts";
import { type AssessedNode, TROUBLED_STATES } from "./troubles.ts";

/** The head of the table at `/`: search, and links and menus that select nodes, each with the number that it would show. */

type FiltersOptions = {
  readonly nodes: readonly AssessedNode[];
  readonly selection: Selection;
  /** Of the page. */
  readonly path: string;
  readonly query: PageQuery;
};

export function filters(options: FiltersOptions): Markup {
  return markup`<div class="filters">
${searchForm(options)}
<nav aria-label="Select nodes">${stateLinks(options)}${chainLinks(options)}</nav>
</div>`;
}

/** The parameters that select nodes are removed. */
export function withoutFilters(path: string, query: PageQuery): string {
  const removed = [...query.keys()].filter((name) => ["q", "state", "chain", "page"].includes(name) || labelOf(name));
  return linkWith(path, query, Object.fromEntries(removed.map((name) => [name, undefined])));
}

/** Whether the address selects nodes. */
export function hasFilters(query: PageQuery): boolean {
  return ["q", "state", "chain"].some((name) => query.has(name)) || [...query.keys()].some(labelOf);
}

/** Works without scripts; with them, the page follows what people type (script/search.js). */
function searchForm({ nodes, selection, path, query }: FiltersOptions): Markup {
  // The fields below, and the page of a longer list, are not kept as they are.
  const kept = parametersOf(query).filter(([name]) => ["state", "chain", "sort", "dir"].includes(name));
  const hidden = kept.map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`);
  const text = (query.get("q") ?? "").slice(0, MAX_SEARCH_LENGTH);
  const menus = labelMenus(nodes, selection, query);
  const all = hasFilters(query) ? markup` <a href="${withoutFilters(path, query)}">Show all</a>` : NOTHING;
  return markup`<form role="search" action="${path}">${hidden}<input type="search" name="q" value="${text}" maxlength="${MAX_SEARCH_LENGTH}" placeholder="Search nodes" aria-label="Search nodes" aria-keyshortcuts="/" autocomplete="off" spellcheck="false">${menus}<button>Search</button>${all}</form>`;
}

function labelMenus(nodes: readonly AssessedNode[], selection: Selection, query: PageQuery): readonly Markup[] {
  const dividing = dividingLabels(nodes.map(({ node }) => node));
  // What an address selects by is shown, so that people see it and can change it.
  const others = [...selection.labels.keys()].filter((label) => dividing.every((each) => each.label !== label));
  const shown = [...dividing, ...others.map((label): LabelValues => ({ label, values: new Map() }))];
  return shown.map(({ label, values }) => {
    const current = query.get(`${LABEL}=${label}`);
    const found = current === undefined || values.has(current) ? [...values.keys()] : [current, ...values.keys()];
    const numbers = countBy(selected(nodes, selection, { label }), ({ node }) => node.labels[label]);
    const options = found.sort().map((value) => {
      const text = `${value} (${count(numbers.get(value) ?? 0)})`;
      // Closed, the menu shows nothing else.
      return value === current
        ? markup`<option value="${label}=${value}" selected>${label}: ${text}`
        : markup`<option value="${label}=${value}">${text}`;
    });
    return markup`<select name="${LABEL}" aria-label="Label ${label}"><option value="">${label}: all${options}</select>`;
  });
}

function stateLinks({ nodes, selection, path, query }: FiltersOptions): Markup {
  const others = selected(nodes, selection, "state");
  const chosen = query.get("state");
  const troubled = [...TROUBLED_STATES].filter(
    ([state]) => chosen === state || others.some((each) => isIn(state, each)),
  );
  if (chosen === undefined && nodes.every((each) => isIn(UP, each))) return NOTHING;
  const states: readonly (readonly [state: string, text: string, className: string])[] = [
    ...(troubled.length > 1 || chosen === UNHEALTHY ? [[UNHEALTHY, UNHEALTHY, ""] as const] : []),
    ...troubled.map(([state, { level, ofNodes }]) => [state, ofNodes, level] as const),
    [UP, UP, UP],
  ];
  return linkList("State", [
    link(undefined, markup`all`, others.length),
    ...states.map(([state, text, className]) => {
      const number = others.filter((each) => isIn(state, each)).length;
      return link(state, className === "" ? markup`${text}` : markup`<b class="${className}">${text}</b>`, number);
    }),
  ]);

  function link(state: string | undefined, text: Markup, number: number): Markup {
    return selectionLink({ name: "state", value: state, text, number, path, query });
  }
}

function chainLinks({ nodes, selection, path, query }: FiltersOptions): Markup {
  const chains = groupBy(nodes, ({ node }) => node.chain);
  const others = selected(nodes, selection, "chain");
  if (chains.size === 1 && !query.has("chain")) {
    const [[chain, members] = ["", []]] = chains;
    return markup`<p>${chain} ${totalsOf(members)}</p>`;
  }
  return linkList("Chain", [
    selectionLink({ name: "chain", value: undefined, text: markup`all`, number: others.length, path, query }),
    ...[...chains.keys()].map((chain) => {
      const shown = others.filter(({ node }) => node.chain === chain);
      const link = { name: "chain", value: chain, text: markup`${chain}`, number: shown.length } as const;
      return selectionLink({ ...link, more: totalsOf(shown), path, query });
    }),
  ]);
}

/** Of the nodes that a link of a chain would show; references report no peers. */
function totalsOf(members: readonly AssessedNode[]): Markup {
  const unhealthy = members.filter(({ troubles }) => troubles.length > 0).length;
  const own = members.map(({ node }) => node).filter(({ isReference }) => !isReference);
  const peers = own.flatMap((node) => peersOf(node) ?? []);
  // "12 known" needs no further word.
  const areOnlyKnown =
    peers.some(({ unknown }) => unknown > 0) && peers.every(({ inbound, outbound }) => inbound + outbound === 0);
  const lag = highestLag(own.filter((node) => isBehind(node)));
  const parts = [
    unhealthy === 0 ? [] : [markup`${count(unhealthy)} unhealthy`],
    peers.length === 0 ? [] : [markup`${peersText(peers)}${areOnlyKnown ? "" : " peers"}`],
    lag === undefined ? [] : [markup`lag ${count(lag)}`],
  ].flat();
  return markup`${parts.map((part, index) => markup`${index === 0 ? "" : ", "}${part}`)}`;
}

function highestLag(nodes: readonly NodeOverview[]): number | undefined {
  return nodes.reduce<number | undefined>((highest, node) => {
    const lag = lagOf(node);
    return lag === undefined || (highest !== undefined && highest >= lag) ? highest : lag;
  }, undefined);
}

function linkList(title: string, links: readonly Markup[]): Markup {
  return markup`<ul aria-label="${title}">${links}</ul>`;
}

type LinkOptions = {
  readonly name: "state" | "chain";
  /** Undefined: all of them. */
  readonly value: string | undefined;
  readonly text: Markup;
  readonly number: number;
  /** What else to say of it. */
  readonly more?: Markup;
  readonly path: string;
  readonly query: PageQuery;
};

function selectionLink({ name, value, text, number, more, path, query }: LinkOptions): Markup {
  const current = query.get(name) === value ? markup` aria-current="true"` : NOTHING;
  const address = linkWith(path, query, { [name]: value, page: undefined });
  const rest = more === undefined || number === 0 ? NOTHING : markup` <small>${more}</small>`;
  return markup`<li><a href="${address}"${current}>${text} <span class="number">${count(number)}</span>${rest}</a></li>`;
}
