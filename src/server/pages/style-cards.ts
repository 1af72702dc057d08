/** Tables become cards where the window is too narrow for their columns. */

const cards = (maxWidth: string, table: string) => `
@media (max-width: ${maxWidth}) {
  ${table}, ${table} tbody, ${table} caption { display: block; }
  ${table} thead { display: none; }
  ${table}[id] thead { display: block; margin: 0.5rem 0; }
  ${table}[id] thead tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; }
  ${table}[id] thead tr::before { content: "Sort by"; color: var(--quiet); }
  ${table}[id] thead th { display: block; background: none; border: 0; padding: 0.1rem 0; min-width: 0; }
  ${table} tbody tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); gap: 0.35rem 0.75rem;
    border: 1px solid var(--line); border-radius: 6px; margin: 0.6rem 0; padding: 0.5rem 0.75rem; }
  ${table} tbody th { grid-column: span 2; }
  ${table} tbody th, ${table} tbody td { border: 0; padding: 0; min-width: 0; text-align: left; white-space: normal;
    overflow-wrap: anywhere; background: none; box-shadow: none; }
  ${table} td::before { content: attr(data-title); display: block; color: var(--quiet); font-size: 0.8rem; }
  ${table} tr > :first-child { box-shadow: none; } ${table} th + td::before { display: none; }
  ${table} td.wide { grid-column: span 2; }
  ${table} tbody tr.down { background: var(--bad-ground); border-left: 4px solid var(--bad); }
  ${table} tbody tr.partly, ${table} tbody tr.suspect { background: var(--warn-ground); border-left: 4px solid var(--warn); }
  ${table} tbody tr.with-detail { margin-bottom: 0; border-bottom: 0; border-bottom-left-radius: 0; border-bottom-right-radius: 0; }
  ${table} tbody tr.detail { margin-top: 0; border-top: 0; padding-top: 0; border-top-left-radius: 0; border-top-right-radius: 0; }
  ${table} tr.detail td { grid-column: 1 / -1; }
}
`;

export const CARD_STYLE = `${cards("48rem", ".cards")}${cards("78rem", ".cards.many")}
@media (min-width: 78rem) and (max-width: 86rem) { .many tbody th.wide { min-width: 7rem; } .many th, .many td { padding-inline: 0.3rem; } }
@media (max-width: 48rem) { .compact th, .compact td { padding-right: 0.75rem; } }
@media (max-width: 30rem) { .compact th, .compact td { padding: 0.3rem; font-size: 0.85rem; white-space: normal; } }
`;
