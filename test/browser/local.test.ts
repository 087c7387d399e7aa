import { expect, test } from "@jest/globals";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const message = {
  slug: "order_update",
  push_notification: { title: { en: "Shipped 🦆" }, body: { en: "It is on its way." }, device_token: "device-1" },
  email: {
    to: "ada@example.com",
    subject: { en: "Your order" },
    template: {
      en: "<h1>Sent</h1><script>document.title = 'broken'</script><img src='https://example.com/pixel.png'>",
    },
  },
};

test("the outbox shows what was sent as its receiver sees it, and runs none of it", async () => {
  const { job_id } = await local.schedule({ event: "send_notification", input: message });
  await local.ended(job_id, "completed");
  const { page, allow } = await open("/outbox");
  // The browser says that the frame of a mail may run no script: that is what is wanted.
  allow(/Blocked script execution|Content Security Policy/);
  const items = page.getByRole("navigation", { name: "Items" });
  await items.getByRole("button", { name: /Shipped 🦆/ }).click();
  const shown = page.locator(".outbox-item");
  await shown.locator(".phone-title", { hasText: "Shipped 🦆" }).waitFor();
  await shown.getByText("device-1").waitFor();
  await items.getByRole("button", { name: /Your order/ }).click();
  await shown.frameLocator("iframe").getByRole("heading", { name: "Sent" }).waitFor();
  await shown.getByText("ada@example.com").waitFor();
  expect(await page.title()).not.toBe("broken");
  await page.getByRole("button", { name: /^Webhooks/ }).click();
  await shown.getByRole("link", { name: "See the job" }).click();
  await page.getByRole("heading", { name: "send_notification", level: 1 }).waitFor();
});

test("the outbox is cleared after a question", async () => {
  const { page } = await open("/outbox");
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("button", { name: /^Remove \d+ items?$/ }).click();
  await page.getByText("Nothing was sent yet").waitFor();
});

test("the clock moves a month ahead, and the reminder runs on its way", async () => {
  const inAMonth = Date.now() + 30 * 86_400_000;
  const { job_id } = await local.schedule({ start_at: inAMonth });
  const { page } = await open("/clock");
  await page.getByText("the machine's own time").waitFor();
  const due = page.getByRole("region", { name: "Due next" });
  await due.getByRole("link", { name: "create_order" }).waitFor();
  await page.getByLabel("By").fill("31x");
  await page.getByText("is a duration like").waitFor();
  await page.getByLabel("By").fill("31d");
  await page.getByRole("button", { name: "Move", exact: true }).first().click();
  await page.getByText(/^In \d+ hops?: /).waitFor({ timeout: 60_000 });
  await due.getByText("Nothing is due").waitFor();
  await page.getByRole("region", { name: "Ended last" }).getByText("completed").first().waitFor();
  await page.getByText(/ ahead of the machine/).waitFor();
  const job = await local.ended(job_id, "completed");
  expect(Number(job.started_at) - inAMonth).toBeLessThan(2_000);
  await page.getByRole("button", { name: "Back to the machine's time" }).click();
  await page.getByRole("alert").waitFor();
}, 90_000);
