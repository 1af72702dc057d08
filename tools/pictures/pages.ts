import { makeFleet } from "../../test/support/gallery/fleet.ts";
import { serveFleet } from "../../test/support/gallery/serve.ts";
import type { Camera } from "./camera.ts";

/** Pictures of the exporter's own pages, light and dark, in a window of a computer and of a phone. */

export const SCHEMES = ["light", "dark"] as const;
const WINDOWS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const PAGES = { status: "/", node: "/nodes/wire-2-lagging" };
const FLEET_NODES = 200;

/** The pages of a running exporter, and the status page of a made-up fleet. */
export async function takePages(camera: Camera, exporter: string): Promise<void> {
  for (const [name, path] of Object.entries(PAGES)) {
    for (const [window, viewport] of Object.entries(WINDOWS)) {
      for (const colorScheme of SCHEMES) {
        const file = `pages/${name}-${window}-${colorScheme}.png`;
        await camera.save(file, { page: { url: `${exporter}${path}` }, viewport, colorScheme });
      }
    }
  }
  const fleet = await serveFleet(makeFleet({ nodes: FLEET_NODES, minutes: 60, nowMs: Date.now() }));
  for (const colorScheme of SCHEMES) {
    const page = { url: `${fleet.url}/` };
    await camera.save(`pages/fleet-desktop-${colorScheme}.png`, { page, viewport: WINDOWS.desktop, colorScheme });
  }
  await fleet.close();
}
