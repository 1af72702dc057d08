import { CARD_STYLE } from "./style-cards.ts";

/** The style sheet of every page. It stands in the page, so that a page is one answer; no other style is let in. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --ground: #ffffff; --raised: #f6f8fa; --line: #d0d7de;
  --link: #0550ae; --good: #116329; --bad: #a40e26; --warn: #7a4e00; --bad-ground: #fff0ee; --warn-ground: #fff8e1; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #9da7b3; --ground: #0d1117; --raised: #161b22;
  --line: #3d444d; --link: #79c0ff; --good: #56d364; --bad: #ff8e86; --warn: #e3b341; --bad-ground: #2b1416;
  --warn-ground: #272010; } }
* { box-sizing: border-box; }
body { font: 16px/1.45 system-ui, sans-serif; color: var(--text); background: var(--ground); margin: 0; overflow-wrap: anywhere; }
body > * { padding: 0 max(1rem, (100% - 84rem) / 2); }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
body > header { background: var(--raised); border-bottom: 1px solid var(--line); padding-block: 0.6rem; }
header ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0; padding: 0; }
header a { display: inline-block; padding: 0.15rem 0; }
header a[aria-current] { color: var(--text); font-weight: 600; text-decoration: none; border-bottom: 3px solid var(--link); }
main { padding-block: 1rem; }
body > footer { color: var(--quiet); border-top: 1px solid var(--line); padding-block: 0.25rem; font-size: 0.9rem; }
#notice { position: sticky; top: 0; z-index: 1; background: var(--bad-ground); border-bottom: 2px solid var(--bad);
  padding-block: 0.6rem; margin: 0; font-weight: 600; } #notice:empty { display: none; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; } h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
h1.down { color: var(--bad); } h1.partly, h1.suspect, h1.waiting { color: var(--warn); } h1.up { color: var(--good); }
.choices { margin: 0.5rem 0 1rem; color: var(--quiet); } .choices > div { display: flex; gap: 0.75rem; margin: 0.4rem 0; }
.choices > div > span { flex: 0 0 3rem; padding: 0.2rem 0; }
.choices ul, .pages { list-style: none; display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0; padding: 0; }
.choices a, .pages a { display: block; border: 1px solid var(--line); border-radius: 1rem; padding: 0.15rem 0.75rem; text-decoration: none; }
.choices a[aria-current], .pages a[aria-current] { background: var(--raised); border-color: var(--link);
  box-shadow: inset 0 0 0 1px var(--link); }
.choices .number { color: var(--quiet); font-variant-numeric: tabular-nums; margin-left: 0.25rem; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; font-size: 0.95rem; font-variant-numeric: tabular-nums;
  scroll-margin-top: 1rem; overflow-wrap: normal; }
table.compact { width: auto; } .compact th, .compact td { padding-right: 2.5rem; }
caption { text-align: left; color: var(--quiet); padding: 0.25rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem; border-bottom: 1px solid var(--line); font-weight: normal; }
thead th { font-weight: 600; background: var(--raised); border-top: 1px solid var(--line); vertical-align: bottom; }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 9rem; } td.wide { overflow-wrap: anywhere; min-width: 8rem; }
th.wide { font-weight: normal; min-width: 14rem; } .compact tbody th { min-width: 0; overflow-wrap: normal; }
thead th.wide { font-weight: 600; }
.many { font-size: 0.875rem; } .many th, .many td { padding-inline: 0.4rem; } .many tbody th.wide { min-width: 11rem; } .many td.wide { min-width: 6rem; }
.numeric { text-align: right; } td.numeric { white-space: nowrap; }
tr.with-detail > * { border-bottom: 0; padding-bottom: 0; } tr.detail td { padding-top: 0.1rem; }
tr.down > * { background: var(--bad-ground); } tr.partly > *, tr.suspect > * { background: var(--warn-ground); }
tr.down > :first-child { box-shadow: inset 4px 0 var(--bad); }
tr.partly > :first-child, tr.suspect > :first-child { box-shadow: inset 4px 0 var(--warn); }
.badge { display: inline-block; font-weight: 600; white-space: nowrap; }
.badge.up { color: var(--good); } .badge.down { color: var(--bad); }
.badge.partly, .badge.waiting, strong.suspect { color: var(--warn); }
.failure { margin: 0.25rem 0; max-width: 110ch; } .reason { font-family: ui-monospace, monospace; color: var(--bad); font-weight: 600; }
.partly .reason { color: var(--warn); }
.advice, .unknown, .quiet { color: var(--quiet); } .quiet { font-weight: normal; }
.failures { border-left: 4px solid var(--bad); background: var(--bad-ground); padding: 0.4rem 1rem; margin: 0.75rem 0; }
.failures.partly { border-color: var(--warn); background: var(--warn-ground); }
.labels { font: 0.85rem ui-monospace, monospace; color: var(--quiet); }
bdi { unicode-bidi: isolate; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: 0.75rem 1.5rem; margin: 1rem 0; }
dl.facts dt { color: var(--quiet); font-size: 0.85rem; } dl.facts dd { margin: 0; }
dl.links > div { margin: 0.4rem 0; } dl.links dt { font-family: ui-monospace, monospace; display: inline-block; min-width: 8rem; }
dl.links dd { display: inline; margin: 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1rem 2rem; }
figure { margin: 0; } figcaption { font-size: 0.9rem; margin-bottom: 0.25rem; } figcaption b { font-weight: 600; }
.ends { display: flex; justify-content: space-between; color: var(--quiet); font-size: 0.8rem; margin: 0.1rem 0; }
svg { display: block; width: 100%; height: 5.5rem; background: var(--raised); border-radius: 4px; }
svg * { vector-effect: non-scaling-stroke; fill: none; }
svg .line { stroke: var(--link); stroke-width: 2; stroke-linejoin: round; }
svg .dot { stroke: var(--link); stroke-width: 6; stroke-linecap: round; } svg .axis { stroke: var(--line); }
summary { padding: 0.25rem 0; cursor: pointer; } pre { overflow-x: auto; background: var(--raised); padding: 1rem; }
@media (forced-colors: active) { svg .line, svg .dot { stroke: CanvasText; } }
${CARD_STYLE}`;
