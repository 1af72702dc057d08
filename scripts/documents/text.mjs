// A document as text for a terminal of 80 columns. Its source is not readable there: tables are wider than any terminal, and
// links lead to files that are not installed.
import { marked } from "marked";
import { linkText, targetOf } from "./links.mjs";

const WIDTH = 80;
const INDENT = "    ";

/**
 * @param {{ readonly file: string, readonly markdown: string }} document
 * @param {ReadonlySet<string>} names of the documents in the program
 */
export function documentText({ file, markdown }, names) {
  const inline = (tokens) => tidyPointers(inlineText(tokens, (href) => targetOf(file, href, names)));
  const text = blocks(marked.lexer(markdown), WIDTH, inline);
  return `${text.join("\n\n")}\n`;
}

/** The blocks that are not empty, each of several lines. */
function blocks(tokens, width, inline) {
  return tokens.map((token) => block(token, width, inline)).filter((text) => text !== "");
}

function block(token, width, inline) {
  switch (token.type) {
    case "heading":
      return heading(wrap(inline(token.tokens), width - token.depth - 1), token.depth);
    case "paragraph":
    case "text":
      return wrap(inline(token.tokens ?? [token]), width);
    case "code":
      return indented(token.text);
    case "list":
      return list(token, width, inline);
    case "blockquote":
      return blocks(token.tokens, width - 2, inline)
        .join("\n\n")
        .replaceAll(/^/gm, "> ");
    case "table":
      return table(token, width, inline);
    case "hr":
      return "-".repeat(width);
    case "space":
    case "html":
    case "def":
      return "";
    default:
      throw new Error(`documents cannot have ${token.type}: ${token.raw}`);
  }
}

function heading(text, depth) {
  if (depth > 2) return `${"#".repeat(depth)} ${text.replaceAll("\n", `\n${" ".repeat(depth + 1)}`)}`;
  const longest = Math.max(...text.split("\n").map((line) => line.length));
  return `${text}\n${(depth === 1 ? "=" : "-").repeat(longest)}`;
}

function list({ items, ordered, start, loose }, width, inline) {
  const shown = items.map((item, index) => {
    const mark = ordered ? `${Number(start) + index}. ` : "- ";
    const text = blocks(item.tokens, width - mark.length, inline).join(loose ? "\n\n" : "\n");
    return mark + text.replaceAll(/\n(?=.)/g, `\n${" ".repeat(mark.length)}`);
  });
  return shown.join(loose ? "\n\n" : "\n");
}

/** In columns if they fit; else each row is a block of lines, with the titles of the columns. */
function table({ header, rows }, width, inline) {
  const titles = header.map(({ tokens }) => inline(tokens));
  const cells = rows.map((row) => row.map(({ tokens }) => inline(tokens)));
  const lines = titles.some((title) => title !== "") ? [titles, ...cells] : cells;
  const widths = titles.map((_, column) => Math.max(...lines.map((row) => row[column].length)));
  if (widths.reduce((sum, each) => sum + each + 2, -2) <= width) {
    const shown = lines.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    );
    if (lines !== cells) shown.splice(1, 0, widths.map((each) => "-".repeat(each)).join("  "));
    return shown.join("\n");
  }
  return cells.map((row) => rowBlock(row, titles, width)).join("\n\n");
}

function rowBlock([first, ...others], [, ...titles], width) {
  const lines = others.flatMap((cell, index) => {
    if (cell === "") return [];
    // The only other column needs no title.
    const title = others.length === 1 || titles[index] === "" ? "" : `${titles[index]}: `;
    return indented(wrap(title + cell, width - INDENT.length));
  });
  return [wrap(first, width), ...lines].join("\n");
}

function indented(text) {
  return text.replaceAll(/^(?=.)/gm, INDENT);
}

/**
 * Breaks lines between words; a longer word has a line of its own.
 * @param {string} text
 * @param {number} width
 */
export function wrap(text, width) {
  return text
    .split("\n")
    .map((line) => {
      const lines = [];
      let current = "";
      for (const word of line.split(" ").filter((each) => each !== "")) {
        if (current !== "" && current.length + 1 + word.length > width) {
          lines.push(current);
          current = word;
        } else {
          current += current === "" ? word : ` ${word}`;
        }
      }
      return [...lines, current].join("\n");
    })
    .join("\n");
}

function inlineText(tokens, targetOfLink) {
  return tokens.map((token) => inlinePart(token, targetOfLink)).join("");
}

function inlinePart(token, targetOfLink) {
  switch (token.type) {
    case "text":
    case "escape":
      return token.tokens === undefined ? plain(token.text) : inlineText(token.tokens, targetOfLink);
    case "codespan":
      return `\`${token.text.replaceAll("\n", " ")}\``;
    case "strong":
    case "em":
    case "del":
      return inlineText(token.tokens, targetOfLink);
    case "link":
      return linkPart(token, targetOfLink);
    case "br":
      return "\n";
    case "image":
    case "html":
      return "";
    default:
      throw new Error(`documents cannot have ${token.type}: ${token.raw}`);
  }
}

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " " };

function plain(text) {
  return text.replaceAll("\n", " ").replaceAll(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity);
}

function linkPart({ href, tokens, text }, targetOfLink) {
  const target = targetOfLink(href);
  const shown = linkText(text) === text ? inlineText(tokens, targetOfLink) : linkText(text);
  switch (target.kind) {
    case "external":
      return target.url === text ? text : `${shown} (${target.url})`;
    case "document":
      // The name alone would not say that there is more to read.
      return shown === target.name ? `\`docs ${target.name}\`` : `${shown} (docs ${shortName(target.name)})`;
    case "index":
      return `${shown} (docs)`;
    case "program":
      return target.command === undefined ? shown : `${shown} (peer-exporter ${target.command})`;
    default:
      return shown;
  }
}

/** Alerts name their runbooks: the command finds them without the folder. */
function shortName(name) {
  return name.replace(/^runbooks\//, "");
}

/** `(more (docs security))` becomes `(more: docs security)`; a document is named once in a paragraph. */
function tidyPointers(text) {
  const named = new Set();
  return text
    .replaceAll(/ \((docs [^()]+)\)(?!\))/g, (pointer, command) => {
      if (named.has(command)) return "";
      named.add(command);
      return pointer;
    })
    .replaceAll(/\(([^()]*) \(((?:peer-exporter|docs) [^()]+)\)\)/g, (_, words, command) =>
      command === `docs ${words}` ? `(${command})` : `(${words}: ${command})`,
    );
}
