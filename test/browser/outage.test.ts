import { expect, test } from "@jest/globals";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

test("while the API is down the page keeps what it has and says so; then it goes on by itself", async () => {
  const { job_id } = await local.schedule();
  await local.ended(job_id, "completed");
  const { page, allow } = await open("/jobs");
  allow(/ERR_|Failed to fetch/);
  const table = page.getByRole("region", { name: "Jobs", exact: true });
  await table.getByText("completed").waitFor();
  await local.stop();
  const banner = page.getByRole("alert").filter({ hasText: "The API does not answer." });
  await banner.waitFor();
  expect(await table.getByText("completed").count()).toBe(1);
  await page.getByRole("link", { name: "New job" }).first().click();
  await banner.waitFor();
  await page.goBack();
  await local.start();
  await local.schedule({ labels: ["after"] });
  await banner.waitFor({ state: "detached" });
  await table.getByText("completed").nth(1).waitFor();
}, 120_000);
