import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { ROOT } from "../repository.ts";
import { interFont } from "./draw/dashboard.ts";
import { withPalette } from "./png.ts";

/** Takes pictures of pages and writes them below docs/images. */

export type Shot = BrowserContextOptions & {
  /** An address, or the page itself. */
  readonly page: { readonly url: string } | { readonly html: string };
  /** The whole page, or what the window shows. */
  readonly isWhole?: boolean;
};

export type Camera = {
  /** The PNG as it is. */
  shoot(shot: Shot): Promise<Buffer>;
  /** Writes a small PNG. */
  save(name: string, shot: Shot): Promise<void>;
};

export function createCamera(browser: Browser, say: (text: string) => void): Camera {
  async function shoot({ page: content, isWhole = false, ...options }: Shot): Promise<Buffer> {
    const context = await browser.newContext({ ...options, bypassCSP: true });
    try {
      const page = await context.newPage();
      if ("url" in content) {
        await page.goto(content.url);
        // Their font is that of the system, and a server without a screen has only plain ones.
        await page.addStyleTag({ content: `${interFont()}body,input,select,button{font-family:Inter,sans-serif}` });
      }
      if ("html" in content) await page.setContent(content.html);
      await page.evaluate("document.fonts.ready");
      return await page.screenshot({ fullPage: isWhole });
    } finally {
      await context.close();
    }
  }

  return {
    shoot,
    async save(name, shot) {
      const png = withPalette(await shoot(shot));
      const file = join(ROOT, "docs/images", name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, png);
      say(`docs/images/${name}: ${Math.round(png.length / 1024)} KiB`);
    },
  };
}
