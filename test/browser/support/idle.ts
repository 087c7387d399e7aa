import type { Page, Request } from "playwright-core";
import { until } from "../../support/local/until.ts";

/** The requests of a page whose clock the test moves (`before: (before) => before.clock.install()`). */
export function watchIdle(page: Page) {
  const underWay = new Set<Request>();
  const asked: string[] = [];
  page.on("request", (request) => {
    underWay.add(request);
    asked.push(new URL(request.url()).pathname);
  });
  page.on("requestfinished", (request) => underWay.delete(request));
  page.on("requestfailed", (request) => underWay.delete(request));
  const seconds = async (count: number) => {
    for (let second = 0; second < count; second++) {
      await page.clock.runFor(1_000);
      await until(async () => underWay.size === 0);
    }
  };
  return {
    seconds,
    /** From here on its time is what `seconds` lets pass. The files of other pages come while the browser is idle. */
    async settle() {
      await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000);
      await seconds(40);
    },
    /** The paths that are asked for in a minute. */
    async minute(): Promise<readonly string[]> {
      asked.length = 0;
      await seconds(60);
      return [...asked];
    },
  };
}
