import type { Plugin as EsbuildPlugin } from "esbuild";
import type { Plugin as VitePlugin } from "vite";

export function embedded(onInputs?: (inputs: readonly string[]) => void, assets?: Map<string, string>): EsbuildPlugin;

export function embeddedInTests(): VitePlugin;
