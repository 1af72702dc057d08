// A document as the content of a page of the exporter: headings with anchors, tables that turn into cards, links that work on
// the server, no pictures and no HTML of its own.
import { Marked } from "marked";
import { createAnchors } from "./anchors.mjs";
import { linkText, plainText, targetOf, withoutLinks } from "./links.mjs";

/** A shorter document needs no list of its sections. */
const MIN_LISTED_SECTIONS = 4;

/**
 * @param {{ readonly file: string, readonly markdown: string }} document
 * @param {ReadonlySet<string>} names of the documents in the program
 */
export function documentHtml({ file, markdown }, names) {
  const anchorOf = createAnchors();
  const sections = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        const shown = this.parser.parseInline(tokens);
        const anchor = anchorOf(withoutLinks(text));
        if (depth === 1) return `<h1>${shown}</h1>\n<!--sections-->`;
        if (depth === 2) sections.push(`<li><a href="#${anchor}">${shown.replaceAll(/<\/?a\b[^>]*>/g, "")}</a></li>\n`);
        return `<h${depth} id="${anchor}">${shown} <a class="anchor" href="#${anchor}" aria-hidden="true" tabindex="-1">#</a></h${depth}>\n`;
      },
      link({ href, tokens, text }) {
        const bare = linkText(text);
        const shown = bare === text ? this.parser.parseInline(tokens) : escapeHtml(bare);
        const target = targetOf(file, href, names);
        switch (target.kind) {
          case "external":
            return `<a href="${escapeHtml(target.url)}" rel="noreferrer">${shown}</a>`;
          case "program": {
            const command = target.command === undefined ? "" : ` (<code>peer-exporter ${target.command}</code>)`;
            return (target.url === undefined ? shown : `<a href="${target.url}">${shown}</a>`) + command;
          }
          case "nowhere":
            return shown;
          default:
            return `<a href="${escapeHtml(target.url)}">${shown}</a>`;
        }
      },
      paragraph({ tokens }) {
        const shown = this.parser.parseInline(tokens).trim();
        return shown === "" ? "" : `<p>${shown}</p>\n`;
      },
      table({ header, rows }) {
        return tableHtml(header, rows, (tokens) => this.parser.parseInline(tokens));
      },
      code({ text }) {
        return `<pre tabindex="0"><code>${escapeHtml(text)}\n</code></pre>\n`;
      },
      image: () => "",
      html: () => "",
    },
  });
  const content = marked.parse(markdown, { async: false });
  const list =
    sections.length < MIN_LISTED_SECTIONS
      ? ""
      : `<details class="sections"><summary>Sections</summary>\n<ul>\n${sections.join("")}</ul>\n</details>\n`;
  return content.replace("<!--sections-->", () => list);
}

function tableHtml(header, rows, inline) {
  const titles = header.map(({ text }) => plainText(text));
  const cells = header.map((cell) => (cell.text === "" ? "<td></td>" : `<th scope="col">${inline(cell.tokens)}</th>`));
  const head = titles.every((title) => title === "") ? "" : `<thead><tr>${cells.join("")}</tr></thead>\n`;
  const row = (columns) => {
    const [first, ...others] = columns.map((cell) => inline(cell.tokens));
    const named = others.map((shown, index) => {
      const title = titles[index + 1];
      return `<td${title === "" ? "" : ` data-title="${escapeHtml(title)}"`}>${shown}</td>`;
    });
    const title = first === "" ? "<td></td>" : `<th scope="row">${first}</th>`;
    return `<tr>${title}${named.join("")}</tr>\n`;
  };
  return `<table class="cards text">\n${head}<tbody>\n${rows.map(row).join("")}</tbody></table>\n`;
}

function escapeHtml(text) {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
