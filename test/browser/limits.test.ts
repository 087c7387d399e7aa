import { expect, test } from "@jest/globals";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

test("a job of a paused event says what it waits for, and starts afterwards", async () => {
  const { page, go } = await open("/limits?product=my-product&env=dev");
  await page.getByText("Nothing is paused").waitFor();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByLabel("Event").selectOption("create_order");
  const confirm = page.getByRole("button", { name: "Pause create_order" });
  expect(await confirm.isDisabled()).toBe(true);
  await page.getByLabel("Reason").fill("the shop moves");
  await confirm.click();
  const banner = page.getByRole("region", { name: "What is paused" });
  await banner.getByText("the shop moves").waitFor();
  // Consumers know of it within five seconds.
  await page.waitForTimeout(6_000);
  const { job_id } = await local.schedule();
  await go(`/jobs/${job_id}`);
  await page.getByText("waits for a pause").waitFor();
  await banner.getByRole("link", { name: /create_order of my-product in dev/ }).click();
  await page.getByRole("button", { name: "End the pause" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End the pause" }).click();
  await page.getByText("starting again").waitFor();
  await local.ended(job_id, "completed");
}, 90_000);

test("a limit is pinned to other numbers, and shows by key what waits for it", async () => {
  const { page, go } = await open("/limits?product=my-product&env=prd");
  const limit = page.getByRole("region", { name: "partner", exact: true });
  await limit
    .getByText(/at a time/)
    .first()
    .waitFor();
  await limit.getByRole("button", { name: "Pin other numbers" }).click();
  await page.getByLabel("At a time").fill("1");
  await page.getByLabel("Reason, for whoever finds it later").fill("the partner is slow");
  await page.getByRole("button", { name: "Pin", exact: true }).click();
  await limit.getByText("the partner is slow").waitFor();
  await limit.getByText("1 at a time").first().waitFor();
  const release = local.holdShop();
  const order = { env: "prd", event: "call_partner", input: { query: { customer: "ada" } } };
  await page.waitForTimeout(6_000);
  await local.schedule(order);
  await limit.getByText("1 of 1").waitFor();
  const { job_id } = await local.schedule(order);
  await go(`/jobs/${job_id}`);
  await page.getByText("waits for partner, place 1").waitFor();
  // What comes now is more than the second from which a start counts as late.
  await page.waitForTimeout(1_500);
  release();
  await local.ended(job_id, "completed");
  await page
    .locator(".gap")
    .getByText(/^later: .*partner.* late$/)
    .waitFor();
  expect(await page.locator(".late, .very-late, .track-late:not(.track-waited)").count()).toBe(0);
  await go("/jobs?product=my-product&env=prd");
  await page.getByRole("region", { name: "Jobs", exact: true }).getByText("completed").first().waitFor();
  expect(await page.locator(".late, .very-late").count()).toBe(0);
  await go("/limits?product=my-product&env=prd");
  await limit.getByRole("button", { name: "Unpin" }).click();
  await limit.getByText("the partner is slow").waitFor({ state: "detached" });
}, 90_000);

test("one key of a limit is paused, from the form or from where its gate is shown", async () => {
  const { page } = await open("/limits?product=my-product&env=prd");
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByLabel(/^Limit/).selectOption("customer");
  await page.getByLabel("Key of the limit").fill("ada");
  await page.getByLabel("Reason").fill("ada asked us to stop");
  await page.getByRole("button", { name: "Pause key ada of customer" }).click();
  const banner = page.getByRole("region", { name: "What is paused" });
  await banner.getByRole("link", { name: "Paused: key ada of customer of my-product in prd" }).waitFor();
  await page.getByText("key ada of customer in prd").waitFor();
  const partner = page.getByRole("region", { name: "partner", exact: true });
  await partner.getByRole("button", { name: "Pause these jobs" }).click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.getByLabel(/^Limit/).inputValue()).toBe("partner");
  expect(await dialog.getByRole("button", { name: "Pause everything under partner" }).isDisabled()).toBe(true);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "End the pause" }).click();
  await dialog.getByRole("button", { name: "End the pause" }).click();
  await page.getByText("starting again").waitFor();
}, 90_000);

test("a pin says from when it holds, and a line by when it follows a changed rate", async () => {
  const at = Date.now();
  const rate = { limit: 20, period_ms: 1000, burst: 1 };
  const gate = { key: "", in_use: 12, waiting: 240, oldest_wait_since: at - 90_000, next_start: at };
  const { page } = await open("/limits?product=my-product&env=prd", {
    // A deployment shows for less than a minute: what the API would say of it is added to its answer.
    before: (before) =>
      before.route("**/v1/limits?**", async (route) => {
        const response = await route.fetch();
        const { limits } = (await response.json()) as { limits: { name: string }[] };
        const changed = { rate, concurrency: 5, gates: [{ ...gate, follows_by: at + 40_000 }] };
        const pinned = { concurrency: 5, until: at + 3_600_000, pinned_at: at };
        const partner = limits.map((limit) =>
          limit.name === "partner" ? { ...limit, ...changed, pinned, in_force_at: at + 5000 } : limit,
        );
        await route.fulfill({ response, json: { limits: partner } });
      }),
  });
  const limit = page.getByRole("region", { name: "partner", exact: true });
  await limit.getByText(/In force from .*, for all jobs in line by /).waitFor();
  await limit.getByText(/^moves to 20 starts per second by /).waitFor();
  await limit.getByText("7 more until they end").waitFor();
});
