import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { ask, endRuns, runLocal } from "../../support/local/run-local.ts";
import { until } from "../../support/local/until.ts";
import { launchChromium } from "../support/chromium.ts";
import { liveADay, type Made } from "./day.ts";

/*
 * Makes the README's pictures: a day in the life of the demo's product on `npm start`, whose clock moves through it, as Chromium
 * shows it. Run it again after a change of the page's looks.
 */

const images = "docs/images";

interface Picture {
  name: string;
  path: (made: Made) => string;
  /** What is there once the page has drawn what it shows. */
  ready: string;
  dark?: boolean;
}

const pictures: Picture[] = [
  { name: "overview", path: () => "/?env=prd", ready: "Throughput" },
  { name: "overview-dark", path: () => "/?env=prd", ready: "Throughput", dark: true },
  { name: "job", path: ({ feature }) => `/jobs/${feature}`, ready: "3 of 3 done" },
  { name: "job-dark", path: ({ feature }) => `/jobs/${feature}`, ready: "3 of 3 done", dark: true },
  { name: "new-job", path: () => "/new?event=place_order&env=prd", ready: "What it will do" },
  { name: "new-job-dark", path: () => "/new?event=place_order&env=prd", ready: "What it will do", dark: true },
];

async function take(browser: Browser, url: string, { name, path, ready, dark = false }: Picture, made: Made) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  const page = await context.newPage();
  await page.goto(`${url}/#${path(made)}`);
  await page.getByRole("main").getByText(ready).first().waitFor();
  await settled(page);
  await page.screenshot({ path: join(images, `${name}.png`) });
  await context.close();
}

/** No placeholder is left, and nothing is on its way. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("[aria-busy='true'], .skeleton") === null);
  await page.waitForLoadState("networkidle");
}

/** A round of the reconciler comes each minute: before the next one the page would say that nothing has looked for late jobs. */
const lookedForLateJobs = () =>
  until(async () => {
    const { now } = (await ask(local.running(), "/local/clock")) as { now: number };
    const { at } = (await ask(local.running(), "/v1/home")) as { at?: number };
    return at !== undefined && now - at < 60_000;
  }, 180_000);

const folder = mkdtempSync(join(tmpdir(), "ductape-screenshots-"));
const local = runLocal({ data: join(folder, "data") });
const browser = await launchChromium();
try {
  mkdirSync(images, { recursive: true });
  await local.ready();
  const made = await liveADay((path, body) => ask(local.running(), path, body), until);
  await lookedForLateJobs();
  for (const picture of pictures) await take(browser, local.running().url, picture, made);
  console.log(`Made ${pictures.length} pictures in ${images}/.`);
} finally {
  await browser.close();
  await endRuns();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
