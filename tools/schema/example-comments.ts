/**
 * What config.example.yaml says of each key: the comment above it, by the path of the key (`nodes.auth.basic`). A list
 * counts as what it lists. A setting that is off (`#key:`, up to the next line that is no comment) counts like others.
 */
export function exampleComments(text: string): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  /** The keys around the line, each with its indentation. */
  let around: readonly { readonly indent: number; readonly key: string }[] = [];
  let comment: readonly string[] = [];
  for (const line of switchedOn(text.split("\n"))) {
    const [, space = "", dash = "", rest = ""] = /^( *)(- )?(.*)/.exec(line) ?? [];
    if (dash !== "" || rest === "") comment = [];
    const note = /^# ?(.*)$/.exec(rest)?.[1];
    if (note !== undefined) {
      comment = [...comment, note];
      continue;
    }
    const key = /^([a-z_]+):/.exec(rest)?.[1];
    if (key === undefined) continue;
    const indent = space.length + dash.length;
    around = [...around.filter((other) => other.indent < indent), { indent, key }];
    const path = around.map((one) => one.key).join(".");
    if (comment.length > 0 && !comments.has(path)) comments.set(path, comment.join("\n"));
    comment = [];
  }
  return comments;
}

function switchedOn(lines: readonly string[]): readonly string[] {
  let isOff = false;
  return lines.map((line) => {
    isOff = /^ *#/.test(line) && (isOff || /^ *#[^ #]/.test(line));
    return isOff ? line.replace("#", "") : line;
  });
}
