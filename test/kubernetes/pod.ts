import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import type { Container, Workload } from "./manifests.ts";

/** What the kubelet makes of a pod template, as far as our manifests use it. */

const fieldEnv = z.object({
  name: z.string(),
  valueFrom: z.object({ fieldRef: z.object({ fieldPath: z.string() }) }),
});

/** The arguments and environment of a container in the first pod of a workload. */
export function expanded(
  { metadata, spec }: Workload,
  { args, env }: Container,
): { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const { annotations } = spec.template.metadata;
  const fieldValue = (path: string) => {
    if (path === "metadata.name") return `${metadata.name}-0`;
    const [, annotation = ""] = /^metadata\.annotations\['(.+)'\]$/.exec(path) ?? [];
    return annotations[annotation];
  };
  const variables = env.map((variable): [string, string] => {
    const field = fieldEnv.safeParse(variable);
    const value = field.success ? fieldValue(field.data.valueFrom.fieldRef.fieldPath) : variable.value;
    return [variable.name, value ?? ""];
  });
  const values = Object.fromEntries(variables);
  return {
    args: args.map((arg) => arg.replaceAll(/\$\((\w+)\)/g, (text, name: string) => values[name] ?? text)),
    env: values,
  };
}

const SECRETS = "/run/secrets/peer-exporter/";

/** A configuration whose secrets lie in a folder of ours, where they are made. */
export function withSecrets(config: string, folder: string): string {
  return config.replaceAll(new RegExp(`${SECRETS}[\\w.-]+`, "g"), (path) => {
    const file = join(folder, basename(path));
    writeFileSync(file, "secret");
    return file;
  });
}
