/** Text in the language of man pages (the macros of man(7)). */

/** A text of one line, without meaning for the formatter. */
export function escaped(text: string): string {
  const safe = text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq").replaceAll("`", "\\(ga");
  return safe.replaceAll("^", "\\(ha").replaceAll("~", "\\(ti").replace(/^\./, "\\&.");
}

export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${escaped(text)}\\fR`;
}

export function section(title: string, lines: readonly string[]): string {
  return [`.SH ${title.includes(" ") ? `"${title}"` : title}`, ...lines].join("\n");
}

export function paragraphs(texts: readonly string[]): string {
  return texts.map((text) => `.PP\n${sentence(text)}`).join("\n");
}

/** Lines as they are. */
export function example(text: string): string {
  return [".EX", ...text.split("\n").map(escaped), ".EE"].join("\n");
}

/** The texts of `--help` begin small and have no full stop; lines begin where sentences do. */
export function sentence(text: string): string {
  return plainSentence(text)
    .split(/(?<=\.) (?=[A-Z])/)
    .map(escaped)
    .join("\n");
}

export function plainSentence(text: string): string {
  const [word = ""] = text.split(" ");
  const isWord = /^[a-z]+[,:]?$/.test(word) && !VALUES.includes(word);
  const start = isWord ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
  return /[.:/]$/.test(start) ? start : `${start}.`;
}

/** Values with which a text of a flag begins, and names of commands: they stay as they are. */
const VALUES: readonly string[] = ["json", "peer,", "serve,"];

/** What something is, without the details in brackets. */
export function brief(description: string): string {
  return description.replace(/ ?\(.*\)/s, "").replace(/\.$/, "");
}
