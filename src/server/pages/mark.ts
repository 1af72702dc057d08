import { htmlOf, markup } from "./markup.ts";

/** The mark of the exporter: a node and three peers. The same in the header of pages and as the icon of their tab. */

const SHAPES = markup`<rect width="32" height="32" rx="8"/><path d="M16 17V8m0 9l8 5.5M16 17l-8 5.5"/><circle cx="16" cy="17" r="4.5"/><circle cx="16" cy="7" r="3"/><circle cx="25" cy="23" r="3"/><circle cx="7" cy="23" r="3"/>`;

/** For the header, whose style sheet colours it. The name of the product is next to it. */
export const MARK = markup`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">${SHAPES}</svg>`;

/** A file of its own. Its tile is visible on light and dark tabs. */
export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="#fff" stroke="#fff" stroke-width="2"><style>rect{fill:#5546d6;stroke:none}circle{stroke:none}</style>${htmlOf(SHAPES)}</svg>\n`;
