import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Grafana } from "./views.mjs";

/** Grafana's own code (@grafana/data), which test/grafana/library holds apart from the other packages: `npm ci` there installs it. */

const FOLDER = fileURLToPath(new URL("../../test/grafana/library/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/peer-exporter/", import.meta.url));

const ENTRY = `export * from "@grafana/data";`;

/** What is drawn on a screen is not needed: React, which the library expects to find, does nothing. */
const REACT = `
const nothing = () => ({});
class Component {}
const names = ["createContext", "createElement", "forwardRef", "jsx", "jsxs", "lazy", "memo", "useCallback", "useContext",
  "useEffect", "useLayoutEffect", "useMemo", "useReducer", "useRef", "useState"];
module.exports = { ...Object.fromEntries(names.map((name) => [name, nothing])), Component, PureComponent: Component };`;

const withoutScreen: Plugin = {
  name: "without-screen",
  setup(bundler) {
    bundler.onResolve({ filter: /^(react|react-dom|stream)(\/.*)?$/ }, ({ path }) => ({
      path,
      namespace: "no-screen",
    }));
    bundler.onLoad({ filter: /.*/, namespace: "no-screen" }, () => ({ contents: REACT }));
  },
};

/** Loads it into this process. */
export async function loadGrafana(): Promise<Grafana> {
  const bundle = `${CACHE}grafana.${process.pid}.mjs`;
  await mkdir(CACHE, { recursive: true });
  try {
    await build({
      stdin: { contents: ENTRY, resolveDir: FOLDER },
      outfile: bundle,
      bundle: true,
      format: "esm",
      platform: "browser",
      mainFields: ["module", "main"],
      define: { "process.env.NODE_ENV": '"production"' },
      plugins: [withoutScreen],
      // Some of it looks for the browser that it is in.
      banner: {
        js: [
          'const window = { location: new URL("http://grafana.example/"), addEventListener() {} };',
          'const navigator = { language: "en-US", languages: ["en-US"] };',
          "const document = { createElement: () => ({ style: {} }) };",
        ].join("\n"),
      },
      logLevel: "error",
    });
  } catch (error) {
    throw new Error("the pictures need Grafana's library: run npm ci --ignore-scripts in test/grafana/library", {
      cause: error,
    });
  }
  try {
    return await import(pathToFileURL(bundle).href);
  } finally {
    await rm(bundle, { force: true });
  }
}
