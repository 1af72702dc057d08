/** Takes the commands of a `sh` block apart, as far as a document's commands go; it runs nothing. */

/** One simple command, as its words without quotes. */
export type Command = readonly string[];

type Word = { text: string; isQuoted: boolean };

/** Commands in the order in which they stand there, also those inside of $(…). */
export function commandsOf(script: string): readonly Command[] {
  const joined = withoutHereDocuments(script.replaceAll("\\\n", " "));
  return joined.flatMap((text) => split(text));
}

/** What stands in a here-document is no command, but what is substituted in it is one. */
function withoutHereDocuments(script: string): readonly string[] {
  const scripts: string[] = [];
  let end: string | undefined;
  for (const line of script.split("\n")) {
    if (end === undefined) {
      scripts.push(line.replace(/<<-?'?\w+'?/, ""));
      end = /<<-?'?(\w+)'?/.exec(line)?.[1];
    } else if (line.trim() === end) {
      end = undefined;
    } else {
      scripts.push(...[...line.matchAll(/\$\(([^()]*)\)/g)].map(([, inner = ""]) => inner));
    }
  }
  return scripts.length === 0 ? [] : [scripts.join("\n")];
}

const SEPARATORS = new Set(["\n", ";", "|", "&", "(", ")"]);

function split(script: string): readonly Command[] {
  const commands: Word[][] = [[]];
  const inner: string[] = [];
  let word: Word | undefined;
  let quote: string | undefined;
  const endWord = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  for (let at = 0; at < script.length; at += 1) {
    const character = script[at] ?? "";
    if (script.startsWith("$(", at) && quote !== "'") {
      const close = closing(script, at + 1);
      // $(( … )) is arithmetic.
      if (script[at + 2] !== "(") inner.push(script.slice(at + 2, close));
      word = { text: `${word?.text ?? ""}$()`, isQuoted: word?.isQuoted ?? false };
      at = close;
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else if (word !== undefined) word.text += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word = { text: word?.text ?? "", isQuoted: true };
    } else if (character === "#" && word === undefined) {
      while (at + 1 < script.length && script[at + 1] !== "\n") at += 1;
    } else if (SEPARATORS.has(character)) {
      endWord();
      commands.push([]);
    } else if (/\s/.test(character)) {
      endWord();
    } else {
      word = { text: (word?.text ?? "") + character, isQuoted: word?.isQuoted ?? false };
    }
  }
  if (quote !== undefined) throw new Error(`a quote has no end: ${script}`);
  endWord();
  const own = commands.map((words) => withoutRedirections(words)).filter((words) => words.length > 0);
  return [...own.map((words) => words.map(({ text }) => text)), ...inner.flatMap((text) => commandsOf(text))];
}

function closing(script: string, open: number): number {
  let depth = 0;
  for (let at = open; at < script.length; at += 1) {
    if (script[at] === "(") depth += 1;
    if (script[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`$( has no end: ${script}`);
}

/** `> file`, `2>&1` and variables that are set for the command alone are none of its words. */
function withoutRedirections(words: readonly Word[]): readonly Word[] {
  const kept = words.filter(
    ({ text, isQuoted }, index) =>
      isQuoted || !(/^\d?[<>]/.test(text) || /^\d?[<>]{1,2}$/.test(words[index - 1]?.text ?? "")),
  );
  const first = kept.findIndex(({ text, isQuoted }) => isQuoted || !/^\w+=/.test(text));
  return first < 0 ? [] : kept.slice(first);
}

/** The commands that somebody typed in a transcript: lines that begin with "$ ". */
export function typedIn(transcript: string): string {
  const lines = transcript.split("\n").filter((line) => line.startsWith("$ "));
  return lines.map((line) => line.slice(2)).join("\n");
}
