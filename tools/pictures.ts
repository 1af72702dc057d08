import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { bundleGrafana, hasGrafana } from "../test/grafana/grafana.ts";
import { openBrowser } from "../test/support/browser.ts";
import { createCamera } from "./pictures/camera.ts";
import { DASHBOARDS, dashboardPage, type Picture, type Source } from "./pictures/dashboards.ts";
import { WIDTH } from "./pictures/draw/dashboard.ts";
import { takeFirstLook } from "./pictures/first-look.ts";
import { startHistory } from "./pictures/history.ts";
import { liveAnHour, SCRAPE_SECONDS } from "./pictures/hour.ts";
import { takePages } from "./pictures/pages.ts";

/**
 * `npm run screenshots`: the pictures of docs/images, from one hour of the demo. It takes Debian's chromium and prometheus, Grafana's
 * library (npm run grafana-library) and some minutes.
 */

const FLEET = "peer-exporter-fleet";

/** The dashboards that show one node show one with much to see. */
const NODES: Readonly<Record<string, Picture["node"]>> = {
  "peer-exporter-node": ["monero", "monero-2-lagging"],
  "peer-exporter-peers": ["monero", "monero-1"],
};

const say = (text: string) => process.stdout.write(`${text}\n`);

if (!hasGrafana()) throw new Error("the pictures need Grafana's library: npm run grafana-library");
const grafana: Source["grafana"] = createRequire(import.meta.url)(
  await bundleGrafana(fileURLToPath(new URL("pictures/views.mjs", import.meta.url))),
);
const hour = await liveAnHour(say);
const browser = await openBrowser();
try {
  const camera = createCamera(browser, say);
  await takePages(camera, hour.exporter);
  const prometheus = await startHistory(hour.samples, hour.end);
  const source: Source = { prometheus: prometheus.url, end: hour.end, step: SCRAPE_SECONDS, grafana };
  const pageOf = (uid: string, unfolded: boolean) => {
    const node = NODES[uid];
    return dashboardPage({ uid, unfolded, ...(node === undefined ? {} : { node }) }, source);
  };
  await takeFirstLook(camera, hour.exporter, await pageOf(FLEET, false));
  const viewport = { width: WIDTH, height: 600 };
  for (const { uid } of DASHBOARDS) {
    await camera.save(`dashboards/${uid}.png`, { page: { html: await pageOf(uid, false) }, viewport, isWhole: true });
  }
  const html = await pageOf(FLEET, true);
  await camera.save(`dashboards/${FLEET}-unfolded.png`, { page: { html }, viewport, isWhole: true });
  await prometheus.stop();
} finally {
  await browser.close();
  await hour.stop();
}
