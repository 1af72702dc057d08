import { textOf } from "../../../tools/repository.ts";

/** What the documents about Kubernetes show. */

export const documents = ["docs/kubernetes.md", "charts/peer-exporter/README.md"];

/** The YAML blocks whose first line is the given comment. */
export function snippets(document: string, comment: string): readonly string[] {
  return [...textOf(document).matchAll(/^( *)```yaml\n(.*?)^ *```$/gms)]
    .map(([, indent = "", text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
    .filter((text) => text.startsWith(`# ${comment}\n`));
}
