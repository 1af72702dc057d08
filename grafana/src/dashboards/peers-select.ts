import { node } from "../select.ts";

// The text box of the dashboard of connections: every query about connections has it.

/** The matcher of the text box: all peers while it is empty. */
export const SEARCHED = 'peer=~".*$peer.*"';

/** The name of a connection in legends. */
export const CONNECTION = "{{peer}} {{direction}} ({{target}})";

/** A metric of the connections that the variables and the text box select, with further matchers. */
export function of(metric: string, more?: string): string {
  return node(metric, more === undefined ? SEARCHED : `${SEARCHED}, ${more}`);
}

/**
 * The connections with most of two values together, at most so many, and the two values of these. The same
 * connections are in all three.
 */
export function most(count: number, one: string, other: string): readonly [sum: string, one: string, other: string] {
  const top = `topk(${count}, ${one} + ${other} > 0)`;
  return [top, `${one} and ${top}`, `${other} and ${top}`];
}
