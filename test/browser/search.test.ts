import { beforeAll, expect, test } from "@jest/globals";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const waiting = 2_100;
const perBatch = 100;

/** One job that has ended, behind more that wait than the API reads for two pages. */
beforeAll(async () => {
  const { job_id } = await local.schedule({ labels: ["deep"] });
  await local.ended(job_id, "completed");
  const job = { product_tag: "my-product", env: "dev", event: "create_order", input: {} };
  const start = Date.now() + 3 * 86_400_000;
  for (let first = 0; first < waiting; first += perBatch) {
    const jobs = Array.from({ length: perBatch }, (_, i) => ({ ...job, start_at: start + (first + i) * 1000 }));
    await local.api("/v1/jobs/batch", { jobs });
  }
}, 240_000);

test("a filter finds its only match deep in the list, and says how far it has looked", async () => {
  const { page } = await open("/jobs?label=deep");
  const table = page.getByRole("region", { name: "Jobs", exact: true });
  await table.getByText(/^Searched [12],000 jobs up to .+: none matches so far$/).waitFor();
  await table.locator("tbody tr").getByText("completed").waitFor({ timeout: 60_000 });
  await table.getByText("End of the list").waitFor();
}, 90_000);

test("a search of the list is stopped, continued and begun anew", async () => {
  const { page } = await open("/jobs?label=absent");
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/v1/jobs?") && asked.push(request.url()));
  const table = page.getByRole("region", { name: "Jobs", exact: true });
  await table.getByRole("button", { name: "Stop" }).click();
  const goOn = table.getByRole("button", { name: "Go on" });
  await goOn.waitFor();
  // What is under way ends, and nothing follows it.
  await page.waitForTimeout(3_000);
  const cursors = () => asked.filter((url) => url.includes("cursor=")).length;
  const before = cursors();
  await page.waitForTimeout(4_000);
  expect(cursors()).toBe(before);
  // A cursor of this search would be refused with another filter.
  await page.getByLabel("Label, or the id of a job").fill("deep");
  await page.keyboard.press("Enter");
  await table.locator("tbody tr").getByText("completed").waitFor({ timeout: 60_000 });
  await page.getByLabel("Label, or the id of a job").fill("absent");
  await page.keyboard.press("Enter");
  await page.getByText("No job matches").waitFor({ timeout: 60_000 });
}, 180_000);
