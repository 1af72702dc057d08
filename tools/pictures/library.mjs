// Grafana's own code (@grafana/data), which test/grafana/library holds apart from the other packages: `npm ci` there installs it.
import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

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

const withoutScreen = {
  name: "without-screen",
  setup(bundler) {
    bundler.onResolve({ filter: /^(react|react-dom|stream)(\/.*)?$/ }, ({ path }) => ({ path, namespace: "no-screen" }));
    bundler.onLoad({ filter: /.*/, namespace: "no-screen" }, () => ({ contents: REACT }));
  },
};

/** Loads it into this process. */
export async function loadGrafana() {
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
      logLevel: "error",
    });
  } catch (error) {
    throw new Error("the pictures need Grafana's library: run npm ci --ignore-scripts in test/grafana/library", {
      cause: error,
    });
  }
  const { navigator } = globalThis;
  Object.assign(globalThis, { window: globalThis, document: { createElement: () => ({ style: {} }) } });
  if (navigator === undefined) globalThis.navigator = { language: "en-US" };
  try {
    return await import(pathToFileURL(bundle).href);
  } finally {
    await rm(bundle, { force: true });
  }
}
