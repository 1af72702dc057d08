import { createAnchors } from "../../scripts/documents/anchors.mjs";
import { withoutLinks } from "../../scripts/documents/links.mjs";

/** The anchors of the headings of a Markdown text, as GitHub makes them. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchorOf = createAnchors();
  const headings = markdown.replaceAll(/^( *)```.*?^ *```$/gms, "").matchAll(/^#{1,6} (.*)$/gm);
  return new Set([...headings].map(([, heading = ""]) => anchorOf(withoutLinks(heading))));
}
