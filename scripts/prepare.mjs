// The `prepare` script of package.json: builds dist/ after `npm ci` in a clone.
// For `npm install --global git+URL`, npm installs this clone, instead of what it needs to be built, globally: a link to a
// folder that npm deletes. That ends here, with a sentence and without the link.
import { existsSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { npm_config_global: isGlobal, npm_config_global_prefix: prefix } = process.env;

if (isGlobal === "true" && !existsSync(join(root, "node_modules/esbuild"))) {
  removeLink();
  process.stderr.write(
    "peer-exporter: npm cannot install it globally from git: clone it, run npm ci and npm run package there, and install out/peer-exporter-VERSION.tgz\n",
  );
  process.exitCode = 1;
} else {
  await import("./build.mjs");
}

/** Only the one that leads here: an earlier installation stays. */
function removeLink() {
  if (prefix === undefined) return;
  const link = join(prefix, "lib/node_modules/peer-exporter");
  try {
    if (realpathSync(link) === realpathSync(root)) rmSync(link);
  } catch {
    // There is no such link.
  }
}
