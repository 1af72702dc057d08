import {
  Composer,
  CST,
  type Document,
  isAlias,
  isCollection,
  isScalar,
  Lexer,
  type LineCounter,
  Parser,
  visit,
} from "yaml";
import { withinBounds } from "../yaml-bounds.ts";
import { type Broken, beginOf, type Misplaced, NO_ANCHOR, reportBounds, syntaxErrors } from "../yaml-parse.ts";

/** The first document of a text, as go-yaml v2 reads it. */
export type GoDocument = {
  /** A node of the library; null when the text has no value. */
  readonly root: unknown;
  /** The offset of a second document, which is not read. */
  readonly rest: number | undefined;
  /** The node that an alias refers to; any other node is its own. */
  target(node: unknown): unknown;
};

/**
 * Parses the first document of a text, as go-yaml does: nothing behind it is read. All scalars are texts; `resolveScalar` reads them.
 * @param lines receives the offsets of the lines
 */
export function composeFirst(text: string, lines: LineCounter): GoDocument | Broken {
  return reportBounds(() => compose(text, lines));
}

function compose(text: string, lines: LineCounter): GoDocument | Broken {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    ...{ schema: "failsafe", lineCounter: lines, prettyErrors: false, uniqueKeys: false, resolveKnownTags: false },
  });
  const directives: Misplaced[] = EMPTY_BEFORE_END.test(text)
    ? [{ offset: 0, message: "expected a document before the end mark ..." }]
    : [];
  lines.addNewLine(0);
  function* first() {
    for (const lexeme of withinBounds(new Lexer().lex(text))) {
      let isWhole = false;
      for (const token of parser.next(lexeme)) {
        if (token.type === "directive") directives.push(...directiveProblem(token));
        isWhole ||= token.type === "document";
        yield token;
      }
      // A document that ends in another way ends because of an error, which follows.
      if (isWhole && ["doc-start", "doc-end"].includes(CST.tokenType(lexeme) ?? "")) return;
    }
    yield* parser.end();
  }
  const [document] = composer.compose(first(), true, text.length);
  if (document === undefined) throw new Error("the YAML library gave no document");
  const broken = [...directives, ...syntaxErrors(document.errors)];
  if (broken.length > 0) return { broken };
  const targets = new Map<unknown, unknown>();
  const unknown = findTargets(document, targets);
  if (unknown.length > 0) return { broken: unknown };
  return {
    root: document.contents,
    rest: restAfter(text, document.range[2], lines),
    target: (node) => (targets.has(node) ? targets.get(node) : node),
  };
}

/** go-yaml knows the directives of YAML 1.1, and no other version. */
function directiveProblem({
  source,
  offset,
}: {
  readonly source: string;
  readonly offset: number;
}): readonly Misplaced[] {
  if (/^%(?:YAML[ \t]+1\.1[ \t]*(?:#.*)?|TAG[ \t].*)$/.test(source)) return [];
  return [
    { offset, message: "expected %YAML 1.1: Prometheus' exporters know no other version and no other directive" },
  ];
}

/** go-yaml refuses it; here all that follows would be left out. */
const EMPTY_BEFORE_END = /^(?:[ \t]*(?:#.*)?\n)*\.\.\.(?=\s|$)/;

/** Where the text goes on after its first document, comments and marks left aside. */
function restAfter(text: string, end: number, lines: LineCounter): number | undefined {
  const next = /^(?![ \t]*(?:#.*)?$|(?:---|\.\.\.)[ \t]*(?:#.*)?$)/m.exec(text.slice(end));
  if (next === null) return undefined;
  const offset = end + next.index;
  // The lexer has not seen these lines.
  let begin = text.indexOf("\n", lines.lineStarts.at(-1)) + 1;
  for (; begin > 0 && begin <= offset; begin = text.indexOf("\n", begin) + 1) lines.addNewLine(begin);
  return offset;
}

/**
 * Finds the anchors of all aliases; an anchor may be used again, and then the one before the alias counts.
 * @returns the aliases without one
 */
function findTargets(document: Document.Parsed, targets: Map<unknown, unknown>): readonly Misplaced[] {
  const unknown: Misplaced[] = [];
  const anchors = new Map<string, unknown>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target === undefined) {
          unknown.push({ offset: beginOf(node) ?? 0, message: NO_ANCHOR });
        } else targets.set(node, target);
      } else if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
    },
  });
  return unknown;
}
