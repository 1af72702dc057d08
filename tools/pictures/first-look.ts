import type { Camera } from "./camera.ts";
import { SCHEMES } from "./pages.ts";

/** The picture at the top of README: the status page in front of a dashboard. */

const CANVAS = { width: 1660, height: 1000 };
const DASHBOARD = { width: 1440, height: 860 };
const STATUS = { width: 1180, height: 760 };

const BACKGROUNDS = { light: "#eef1f5", dark: "#0b0c0f" };

const STYLE = `body{margin:0;width:${CANVAS.width}px;height:${CANVAS.height}px;position:relative;overflow:hidden}
img{position:absolute;border-radius:10px;box-shadow:0 12px 40px rgba(0,0,0,.45);outline:1px solid rgba(128,128,128,.35)}
.dashboard{right:20px;top:20px;width:1330px}.status{left:20px;bottom:20px;width:940px}`;

export async function takeFirstLook(camera: Camera, exporter: string, dashboard: string): Promise<void> {
  const back = await camera.shoot({ page: { html: dashboard }, viewport: DASHBOARD });
  for (const colorScheme of SCHEMES) {
    const front = await camera.shoot({ page: { url: `${exporter}/` }, viewport: STATUS, colorScheme });
    const image = (png: Buffer, name: string) =>
      `<img class="${name}" src="data:image/png;base64,${png.toString("base64")}">`;
    const html = `<!doctype html><style>${STYLE}body{background:${BACKGROUNDS[colorScheme]}}</style>${image(back, "dashboard")}${image(front, "status")}`;
    await camera.save(`first-look-${colorScheme}.png`, { page: { html }, viewport: CANVAS });
  }
}
