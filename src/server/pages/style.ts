/** The style sheet of every page. It stands in the page, so that a page is one answer; no other style is let in. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --ground: #ffffff; --raised: #f6f8fa; --line: #d0d7de;
  --link: #0550ae; --good: #116329; --bad: #a40e26; --warn: #7a4e00; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #9da7b3; --ground: #0d1117; --raised: #161b22;
  --line: #3d444d; --link: #79c0ff; --good: #56d364; --bad: #ff8e86; --warn: #e3b341; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); margin: 0 auto; padding: 1rem;
  max-width: 80rem; overflow-wrap: anywhere; }
table { overflow-wrap: normal; } th, .wide { overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
nav ul, ul.choices { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0; padding: 0; }
header, footer { color: var(--quiet); } footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
#lost { border: 2px solid var(--bad); padding: 0.5rem 1rem; } #lost:empty { display: none; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; font-variant-numeric: tabular-nums; scroll-margin-top: 1rem; }
caption { text-align: left; color: var(--quiet); padding: 0.25rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid var(--line);
  font-weight: normal; }
thead th { font-weight: 600; white-space: nowrap; } tbody th { font-weight: 600; }
.numeric { text-align: right; white-space: nowrap; }
.badge { display: inline-block; font-weight: 600; white-space: nowrap; }
.badge.up { color: var(--good); } .badge.down { color: var(--bad); } .badge.partly, .badge.waiting { color: var(--warn); }
.failure { margin: 0.25rem 0; } .reason { font-family: ui-monospace, monospace; color: var(--bad); }
.advice, .unknown, .quiet { color: var(--quiet); }
.labels { font: 0.85rem ui-monospace, monospace; color: var(--quiet); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0.5rem 1.5rem; margin: 1rem 0; }
dl.facts dt { color: var(--quiet); font-size: 0.85rem; } dl.facts dd { margin: 0; }
dl.links dt { font-family: ui-monospace, monospace; margin-top: 0.75rem; } dl.links dd { margin: 0; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem 2rem; } figure { margin: 0; flex: 1 1 20rem; max-width: 40rem; }
figcaption { color: var(--quiet); font-size: 0.85rem; } svg { display: block; width: 100%; height: auto; background: var(--raised); }
svg .line { fill: none; stroke: var(--link); stroke-width: 2; } svg .dot { fill: var(--link); } svg text { fill: var(--quiet); font-size: 11px; }
svg .axis { stroke: var(--line); }
pre { overflow-x: auto; background: var(--raised); padding: 1rem; }
@media (max-width: 50rem) {
  .cards, .cards tbody, .cards tr, .cards td, .cards tbody th { display: block; } .cards thead { display: none; }
  .cards caption { display: block; }
  .cards tr { border: 1px solid var(--line); border-radius: 6px; margin: 0.75rem 0; padding: 0.25rem 0.75rem; }
  .cards tbody th, .cards td { display: flex; gap: 1rem; justify-content: space-between; border: 0; padding: 0.15rem 0;
    text-align: right; }
  .cards tbody th::before, .cards td::before { content: attr(data-title); color: var(--quiet); font-weight: normal;
    text-align: left; flex: none; }
  .cards td.wide { display: block; text-align: left; } .cards td.wide:empty { display: none; }
}
`;
