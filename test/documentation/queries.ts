import { textOf } from "../../tools/repository.ts";
import { blocksOf } from "./markdown.ts";

/** docs/queries.md: the only place that has its queries, so that page and tests cannot differ. */

export type Question = { readonly title: string; readonly query: string; readonly answer: string };

export function questions(): readonly Question[] {
  const [, ...sections] = textOf("docs/queries.md").split(/^## /m);
  return sections.map((section) => {
    const [title = "", ...lines] = section.split("\n");
    const text = lines.join("\n");
    const [block, ...others] = blocksOf(title, text);
    if (block?.language !== "promql" || others.length > 0) throw new Error(`not one block of PromQL: ${title}`);
    return { title, query: block.text.trim(), answer: text.split("```").at(-1)?.trim() ?? "" };
  });
}

/** The query of a question, by its title. */
export function queryOf(title: string): string {
  const found = questions().find((question) => question.title === title);
  if (found === undefined) throw new Error(`docs/queries.md has no question "${title}"`);
  return found.query;
}
