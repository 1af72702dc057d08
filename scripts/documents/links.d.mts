/** See links.mjs. */
export type Target =
  | { readonly kind: "anchor" | "external" | "index"; readonly url: string }
  | { readonly kind: "document"; readonly name: string; readonly url: string }
  | { readonly kind: "program"; readonly url: string | undefined; readonly command: string | undefined }
  | { readonly kind: "nowhere" };

export function targetOf(file: string, href: string, names: ReadonlySet<string>): Target;

export function withoutLinks(markdown: string): string;
