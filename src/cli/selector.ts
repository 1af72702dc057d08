import { quoted } from "../schema/fields.ts";

/** Selects nodes by their labels, in the words of `kubectl get --selector`. */

/** What a node's label must be. */
type Requirement = {
  readonly label: string;
  readonly operator: "=" | "!=" | "exists" | "absent";
  /** "" for the last two. */
  readonly value: string;
};

/** All of them must hold. */
export type Selector = readonly Requirement[];

const EXAMPLES = "region=eu, region!=eu, region (has the label) or !region, several with commas";

const PART = /^(?<not>!?)(?<label>[a-zA-Z_][a-zA-Z0-9_]*)\s*(?:(?<operator>==?|!=)(?<value>.*))?$/s;

/** @throws Error with what was expected */
export function parseSelector(text: string): Selector {
  return text.split(",").map((part) => {
    const { not = "", label = "", operator, value = "" } = PART.exec(part.trim())?.groups ?? {};
    if (label === "" || (not !== "" && operator !== undefined))
      throw new Error(`expected labels, as in ${EXAMPLES}, found ${quoted(text)}`);
    if (operator === undefined) return { label, operator: not === "" ? "exists" : "absent", value: "" };
    return { label, operator: operator === "!=" ? "!=" : "=", value: value.trim() };
  });
}

/** A node without a label differs from every value of it, as in Kubernetes. */
export function isSelectedBy(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  return selector.every(({ label, operator, value }) => {
    const own = Object.hasOwn(labels, label) ? labels[label] : undefined;
    switch (operator) {
      case "exists":
        return own !== undefined;
      case "absent":
        return own === undefined;
      case "!=":
        return own !== value;
      default:
        return own === value;
    }
  });
}
