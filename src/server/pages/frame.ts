import { DOCUMENTS_PATH, documentUrl } from "../../documents/pointers.ts";
import { htmlOf, type Markup, markup, NOTHING } from "./markup.ts";
import { hostOf, type Site, shardOf } from "./site.ts";

/** What is around every page: its header and its footer. */

/** The mark of the exporter: a node and three peers. The same in the header and as the icon of the tab. */
const SHAPES = markup`<rect width="32" height="32" rx="8"/><path d="M16 17V8m0 9l8 5.5M16 17l-8 5.5"/><circle cx="16" cy="17" r="4.5"/><circle cx="16" cy="7" r="3"/><circle cx="25" cy="23" r="3"/><circle cx="7" cy="23" r="3"/>`;

/** For the header, whose style sheet colours it. The name of the product is next to it. */
const MARK = markup`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">${SHAPES}</svg>`;

/** A file of its own. Its tile is visible on light and dark tabs. */
export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="#fff" stroke="#fff" stroke-width="2"><style>rect{fill:#5546d6;stroke:none}circle{stroke:none}</style>${htmlOf(SHAPES)}</svg>\n`;

/** The texts of links: the end that narrow windows leave out stands between the others. */
const LINKS: readonly (readonly [path: string, begin: string, leftOut?: string, end?: string])[] = [
  ["/", "Nodes"],
  ["/config", "Config", "uration"],
  ["/dashboards", "Dashboards"],
  ["/rules", "Rules"],
  [DOCUMENTS_PATH, "Doc", "ument", "s"],
];

/** A half disc, a sun, a moon: the style sheet shows that of the current theme. */
const THEME_ICON = markup`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zm0 1a5.5 5.5 0 010 11z" fill-rule="evenodd"/><path d="M5.5 8a2.5 2.5 0 105 0 2.5 2.5 0 10-5 0zM8 1v2m0 10v2M1 8h2m10 0h2M3 3l1.5 1.5m7 7L13 13M3 13l1.5-1.5m7-7L13 3"/><path d="M13.5 9.8A6 6 0 116.2 2.5a5 5 0 007.3 7.3z"/></svg>`;

/** @param current the path of the page, without the prefix of links */
export function header(site: Site, current: string | undefined): Markup {
  return markup`<a class="skip" href="#main">Skip to the content</a>
<header>
<a class="brand" href="${site.linkPrefix}/" aria-label="peer-exporter">${MARK}<span>peer-exporter</span></a>
<nav aria-label="Pages"><ul>${LINKS.map((link) => item(link, site.linkPrefix, current))}</ul></nav>
${about(site)}<button class="theme" type="button">${THEME_ICON}<span>theme</span></button>
</header>`;
}

function item(
  [path, begin, leftOut, end]: (typeof LINKS)[number],
  linkPrefix: string,
  current: string | undefined,
): Markup {
  const text = markup`${begin}${leftOut === undefined ? NOTHING : markup`<i>${leftOut}</i>`}${end}`;
  return markup`<li><a href="${linkPrefix}${path}"${currentness(path, current)}>${text}</a></li>`;
}

/** A page below one of the header belongs to it: a node, a document. */
function currentness(path: string, current: string | undefined): Markup {
  if (path === current) return markup` aria-current="page"`;
  const below = path === "/" ? "/nodes/" : `${path}/`;
  return current?.startsWith(below) ? markup` aria-current="true"` : NOTHING;
}

function about(site: Site): Markup {
  const [host, shard] = [hostOf(site), shardOf(site)];
  const parts = [
    host === "" ? NOTHING : markup`<b title="The host of this exporter">${host}</b> `,
    shard === "" ? NOTHING : markup`<span title="As in --shard: counted from 0">${shard}</span> `,
    markup`<span>${site.version}</span>`,
  ];
  return markup`<span class="at">${parts}</span>
`;
}

/** It says again what narrow windows have no room for in the header. */
export function footer(site: Site): Markup {
  const [host, shard] = [hostOf(site), shardOf(site)];
  const documents = [
    [documentUrl(site.linkPrefix, "pages"), "About these pages"],
    [documentUrl(site.linkPrefix, "troubleshooting"), "Troubleshooting"],
  ] as const;
  const where = [host === "" ? "" : ` on ${host}`, shard === "" ? "" : `, ${shard}`].join("");
  return markup`<footer><p>peer-exporter ${site.version}${where}${documents.map(([url, text]) => markup` ${DOT} <a href="${url}">${text}</a>`)}</p></footer>`;
}

/** As a value: the build would keep it in the template as it is, and the engine then two bytes for each character. */
const DOT = "\u00b7";
