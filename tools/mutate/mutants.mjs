import { parseAst } from "rolldown/parseAst";

/** What replaces an operator: one mutant each. */
const BINARY = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "&": ["|"],
  "|": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": ["<<"],
};
const LOGICAL = { "&&": ["||"], "||": ["&&"] };
const ASSIGNMENT = {
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "??=": ["="],
  "||=": ["&&="],
  "&&=": ["||="],
};

/** Methods that have a counterpart with the same arguments. */
const COUNTERPARTS = new Map(
  [
    ["some", "every"],
    ["min", "max"],
    ["floor", "ceil"],
    ["startsWith", "endsWith"],
    ["find", "findLast"],
    ["indexOf", "lastIndexOf"],
    ["padStart", "padEnd"],
  ].flatMap(([one, other]) => [
    [one, other],
    [other, one],
  ]),
);

/** Methods whose result may stand for the value that they are called on: the call is removed. */
const REMOVABLE = new Set([
  ...["filter", "sort", "toSorted", "reverse", "toReversed", "slice", "concat"],
  ...["trim", "trimEnd", "toLowerCase", "toUpperCase", "normalize", "replace", "replaceAll"],
]);

/** Statements that may be missing. Declarations may not, and `return` has a mutant of its own. */
const STATEMENTS = new Set([
  ...["ExpressionStatement", "IfStatement", "ForStatement", "ForOfStatement", "ForInStatement", "WhileStatement"],
  ...["ThrowStatement", "ContinueStatement", "BreakStatement"],
]);

/** Nodes that hold an expression next to a type; every other node of TypeScript is a type only. */
const TYPED_EXPRESSIONS = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"]);

/** Nodes of strings that name something elsewhere. */
const NAMES = new Set(["ImportDeclaration", "ExportAllDeclaration", "ImportExpression"]);

/**
 * All mutants of one source file in the order of the text: each replaces the text between two offsets. `block` is the start of the
 * innermost probed block (see `probed`), or -1 at the top level of the module.
 *
 * @param {string} text TypeScript source
 * @returns {{start: number, end: number, from: string, to: string, name: string, line: number, source: string, block: number}[]}
 */
export function mutantsOf(text) {
  const lines = text.split("\n");
  const mutants = [];
  visit(parse(text), [], -1, (node, parents, block) => {
    for (const [name, start, end, to] of changesOf(node, parents, text)) {
      const line = lineAt(text, start);
      mutants.push({
        ...{ start, end, from: text.slice(start, end), to, name },
        ...{ line, source: lines[line - 1].trim(), block },
      });
    }
  });
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The text with the mutant in it. */
export function apply(text, { start, end, to }) {
  return text.slice(0, start) + to + text.slice(end);
}

/** Whether the text is TypeScript that can be read. */
export function parses(text) {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The text with a call at the start of each block and of each arrow function without one: it adds `KEY:OFFSET` to the set
 * `globalThis.mutateHits`, so that a run of the tests shows which of them enter the block.
 */
export function probed(text, key) {
  const inserts = [];
  visit(parse(text), [], -1, (node, parents) => {
    if (!isProbed(node, parents.at(-1))) return;
    const call = `globalThis.mutateHits?.add(${JSON.stringify(`${key}:${node.start}`)})`;
    if (node.type === "BlockStatement") inserts.push([node.start + 1, `${call};`]);
    else inserts.push([node.start, `(${call}, `], [node.end, ")"]);
  });
  return inserts
    .sort(([a], [b]) => b - a)
    .reduce((result, [offset, insert]) => result.slice(0, offset) + insert + result.slice(offset), text);
}

function parse(text) {
  return parseAst(text, { lang: "ts" });
}

function lineAt(text, offset) {
  return text.slice(0, offset).split("\n").length;
}

/** Calls `look` for every node that is not a type, with its parents, outermost first. */
function visit(node, parents, block, look) {
  if (node.type.startsWith("TS") && !TYPED_EXPRESSIONS.has(node.type)) return;
  if (NAMES.has(node.type)) return;
  const inner = isProbed(node, parents.at(-1)) ? node.start : block;
  look(node, parents, inner);
  for (const child of Object.values(node).flat())
    if (typeof child?.type === "string") visit(child, [...parents, node], inner, look);
}

function isProbed(node, parent) {
  return node.type === "BlockStatement" || (parent?.type === "ArrowFunctionExpression" && parent.body === node);
}

/** The changes of one node as name, start, end and new text. */
function* changesOf(node, parents, text) {
  const { type, start, end } = node;
  const parent = parents.at(-1);
  const textOf = (part) => text.slice(part.start, part.end);
  const operatorIn = (operator, from) => text.indexOf(operator, from);

  if (type === "BinaryExpression" || type === "LogicalExpression" || type === "AssignmentExpression") {
    const at = operatorIn(node.operator, endOfLeft(node.left, text));
    const table = { BinaryExpression: BINARY, LogicalExpression: LOGICAL, AssignmentExpression: ASSIGNMENT }[type];
    for (const to of table[node.operator] ?? []) yield ["operator", at, at + node.operator.length, to];
    if (node.operator === "??") yield ["default removed", start, end, textOf(node.left)];
  }
  if (type === "UnaryExpression" && (node.operator === "!" || node.operator === "-"))
    yield ["operator removed", start, start + 1, ""];
  if (type === "UpdateExpression") {
    const at = operatorIn(node.operator, node.prefix ? start : node.argument.end);
    yield ["operator", at, at + 2, node.operator === "++" ? "--" : "++"];
  }
  if (type === "ConditionalExpression")
    yield [
      "arms swapped",
      node.consequent.start,
      node.alternate.end,
      textOf(node.alternate) + text.slice(node.consequent.end, node.alternate.start) + textOf(node.consequent),
    ];
  if ((type === "IfStatement" || type === "WhileStatement") && !hasNegation(node.test))
    yield ["condition negated", node.test.start, node.test.end, `!(${textOf(node.test)})`];

  if (type === "Literal") yield* literalChanges(node, parent);
  if (type === "TemplateLiteral" && end - start > 2 && parent.type !== "TaggedTemplateExpression")
    yield ["text emptied", start, end, "``"];
  if (type === "ArrayExpression" && node.elements.length > 0) yield ["list emptied", start, end, "[]"];

  if (type === "ReturnStatement" && node.argument && textOf(node.argument) !== "undefined")
    yield ["result removed", node.argument.start, node.argument.end, "undefined"];
  if (type === "ArrowFunctionExpression" && node.body.type !== "BlockStatement" && textOf(node.body) !== "undefined")
    yield ["result removed", ...around(node.body, text, node.params.at(-1)?.end ?? start), "undefined"];
  if (STATEMENTS.has(type) && !isDirective(node)) yield ["statement removed", start, end, "{}"];

  if (type === "MemberExpression" && node.optional && !node.computed) {
    const at = operatorIn("?.", node.object.end);
    yield ["optional removed", at, at + 2, "."];
  }
  if (type === "CallExpression" && node.callee.type === "MemberExpression" && !node.callee.computed) {
    const { object, property } = node.callee;
    const to = COUNTERPARTS.get(property.name);
    if (to !== undefined) yield ["method", property.start, property.end, to];
    if (REMOVABLE.has(property.name)) yield ["call removed", object.end, end, ""];
  }
}

function* literalChanges({ value, start, end }, parent) {
  // A key is a name: TypeScript knows all that use it.
  if (parent.key && parent.key.start === start && !parent.computed) return;
  if (typeof value === "boolean") yield ["boolean", start, end, String(!value)];
  if (typeof value === "number") for (const to of [value + 1, value - 1]) yield ["number", start, end, `(${to})`];
  if (typeof value === "bigint") for (const to of [value + 1n, value - 1n]) yield ["number", start, end, `(${to}n)`];
  if (typeof value === "string") yield ["text emptied", start, end, value === "" ? '"mutant"' : '""'];
}

/** Whether another mutant of the condition is its negation. */
function hasNegation({ type, operator }) {
  return operator === "===" || operator === "!==" || (type === "UnaryExpression" && operator === "!");
}

/** The end of an operand with the brackets that close after it: the operator comes after them. */
function endOfLeft(left, text) {
  const brackets = /^(?:\s*\))*/.exec(text.slice(left.end));
  return left.end + brackets[0].length;
}

/** From and to of an arrow function's body, with brackets around it. */
function around({ start, end }, text, from) {
  const opened = /(?:\(\s*)+$/.exec(text.slice(Math.max(from, text.lastIndexOf("=>", start) + 2), start));
  if (!opened) return [start, end];
  const count = opened[0].replaceAll(/\s/g, "").length;
  const closed = new RegExp(`^(?:\\s*\\)){${count}}`).exec(text.slice(end));
  return closed ? [start - opened[0].length, end + closed[0].length] : [start, end];
}

function isDirective({ directive }) {
  return typeof directive === "string";
}
