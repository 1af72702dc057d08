// Files that the build embeds in the program (scripts/embedded.mjs).

declare module "embedded:version" {
  const version: string;
  export default version;
}

declare module "embedded:build" {
  const build: { readonly revision: string; readonly date: string };
  export default build;
}

declare module "embedded:executable" {
  const isExecutable: boolean;
  export default isExecutable;
}

declare module "embedded:dashboards" {
  /** JSON texts by name. */
  const dashboards: Readonly<Record<string, string>>;
  export default dashboards;
}

declare module "embedded:docs" {
  /** By name. Both forms are packed: deflated, in base64. */
  const documents: Readonly<
    Record<string, Readonly<Record<"title" | "section" | "summary" | "text" | "html", string>>>
  >;
  export default documents;
}

declare module "*?text" {
  const text: string;
  export default text;
}

declare module "*?minified" {
  const text: string;
  export default text;
}

declare module "*?program" {
  const program: string;
  export default program;
}
