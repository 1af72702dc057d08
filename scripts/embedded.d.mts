import type { Plugin as EsbuildPlugin } from "esbuild";
import type { Plugin as VitePlugin } from "vite";

export function embedded(onInputs?: (inputs: readonly string[]) => void, assets?: Map<string, string>): EsbuildPlugin;

export function embeddedInTests(): VitePlugin;

/** For a bundle of ES modules: libraries in CommonJS ask for built-in modules by require. */
export const REQUIRE_BANNER: { readonly js: string };
