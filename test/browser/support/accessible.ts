import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** What axe finds on a page: each rule, with the places that break it. */
export const violations = async (page: Page): Promise<string[]> =>
  (await new AxeBuilder({ page }).analyze()).violations.map(
    ({ id: rule, nodes }) => `${rule}: ${nodes.map(({ target }) => target).join(" | ")}`,
  );

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };

/** Both schemes, each on a desk and on a phone, for `test.each`. */
export const looks = [
  ["light", {}],
  ["dark", {}],
  ["light", phone],
  ["dark", phone],
] as const;
