import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findServer, requireProgram } from "./servers.ts";

/** A real browser that looks at the pages. */

/** `ALL_LOOKS=1` looks at the pages in every combination of fleet, window, scheme and scripts; otherwise at some. */
export const ALL_LOOKS = process.env.ALL_LOOKS === "1";

export const CHROMIUM = findServer("chromium", "apt-get install chromium");

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @param further arguments of chromium */
export function openBrowser(further: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: requireProgram("chromium"), headless: true, args: [...QUIET, ...further] });
}

/** A page, and everything that no page of ours may do. */
export type WatchedPage = {
  readonly page: Page;
  /** Dialogs, errors, violations of the policy, requests to elsewhere. */
  readonly misdeeds: readonly string[];
  /** Console messages like this one are brought about by the test. */
  expect(message: RegExp): void;
  close(): Promise<void>;
};

export type WatchOptions = BrowserContextOptions & {
  /** The only server that may be asked. */
  readonly origin: string;
  /** Seconds between two refreshes, instead of those that the page says. */
  readonly refresh?: number;
};

export async function openPage(browser: Browser, options: WatchOptions): Promise<WatchedPage> {
  const { origin, refresh, ...context } = options;
  const opened = await browser.newContext(context);
  const page = await opened.newPage();
  const misdeeds: string[] = [];
  const expected: RegExp[] = [];
  page.setDefaultTimeout(30_000);
  page.on("dialog", (dialog) => {
    misdeeds.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (expected.some((one) => one.test(message.text()))) return;
    misdeeds.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => misdeeds.push(`error: ${error.message}`));
  page.on("popup", (popup) => misdeeds.push(`popup: ${popup.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`)) misdeeds.push(`request: ${url}`);
  });
  if (refresh !== undefined) {
    await page.route(`${origin}/**`, async (route) => {
      if (!route.request().isNavigationRequest()) return route.continue();
      const response = await route.fetch();
      const body = (await response.text()).replace(/data-refresh="\d+"/, `data-refresh="${refresh}"`);
      await route.fulfill({ response, body });
    });
  }
  return { page, misdeeds, expect: (message) => void expected.push(message), close: () => opened.close() };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export type Finding = {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
};

/** What axe finds wrong with the page as it is shown now, by all of its rules. */
export async function accessibilityFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<readonly Finding[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}

/** How far the page is wider than its window, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
