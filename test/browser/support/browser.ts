import { afterAll, afterEach, beforeAll, expect } from "@jest/globals";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchChromium } from "./chromium.ts";

/**
 * Answers that the page asks for knowing that they may be refusals, and that Chromium logs as errors by itself: what explain
 * says of a draft, the clock where it is moving already or cannot go back, and the local session and issuers where there are none.
 */
const expected = /\/v1\/explain|\/local\/(clock|session)|\/v1\/sign-in/;

interface Watched {
  /** What the console, the page's errors and its requests did wrong. */
  faults: string[];
  /** Errors that the test causes on purpose: their text or address. */
  allow(pattern: RegExp): void;
}

function watch(page: Page, origin: string): Watched {
  const faults: string[] = [];
  const allowed = [expected];
  const fault = (text: string) => {
    if (!allowed.some((pattern) => pattern.test(text))) faults.push(text);
  };
  page.on("console", (message) => {
    if (message.type() === "error") fault(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => fault(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:") && !url.startsWith("about:")) {
      fault(`request to elsewhere: ${url}`);
    }
  });
  return { faults, allow: (pattern) => allowed.push(pattern) };
}

export interface Opened extends Omit<Watched, "faults"> {
  page: Page;
  /** Goes to a page of the dashboard: `/jobs`, for example. */
  go(path: string): Promise<void>;
}

/**
 * Opens the dashboard in a fresh browser context per call. After each test, what the console complained of, what the page
 * threw and what it asked of another origin fails that test.
 */
export function dashboards(url: () => string) {
  let browser: Browser;
  const watched: Watched[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(watched.splice(0).flatMap(({ faults }) => faults)).toEqual([]);
  });
  return async (path = "/", options: BrowserContextOptions & { before?: (page: Page) => Promise<unknown> } = {}) => {
    const { before, ...context } = options;
    const page = await (await browser.newContext({ viewport: { width: 1360, height: 900 }, ...context })).newPage();
    page.setDefaultTimeout(20_000);
    await before?.(page);
    const seen = watch(page, url());
    watched.push(seen);
    const go = async (to: string) => {
      await page.goto(`${url()}/#${to}`);
      await page.getByRole("main").waitFor();
    };
    await go(path);
    return { page, go, allow: seen.allow } satisfies Opened;
  };
}
