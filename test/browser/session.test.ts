import { expect, test } from "@jest/globals";
import { SignJWT } from "jose";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

/** The tests' product, whose users sign in, with a feature that orders in the name of one. */
const products = `
import { secret } from "../lambdas/core/catalog/references.ts";
import { products as all } from "../test/support/catalog/products.ts";
const user = { secret: secret("my-product/session#secret"), audience: "my-product" };
const order = { event: "create_order", input: { params: { customer: "$Session{user}{sub}" } } };
export const products = all.map((product) => product.tag !== "my-product" ? product : {
  ...product,
  sessions: { user: { envs: { dev: user, prd: user } } },
  jobs: { ...product.jobs, order_mine: { type: "feature", feature: "order_mine" } },
  features: { ...product.features, order_mine: { sequences: { main: [order] } } },
});
`;

const local = system({ products });
const open = dashboards(local.url);

const tokenOf = (audience: string) =>
  new SignJWT({ sub: "ada" })
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(audience)
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode("the demo's secret, which everybody knows"));

test("a job is scheduled with a user's token, and a refused one is shown", async () => {
  const { page } = await open("/new?event=order_mine&env=dev");
  const schedule = page.getByRole("button", { name: "Schedule job" });
  await page.getByRole("textbox", { name: "Session", exact: true }).fill("user");
  await page.getByRole("textbox", { name: "Session token" }).fill(await tokenOf("somebody-else"));
  await page.getByText("/session/token", { exact: true }).waitFor();
  await page
    .getByText(/audience/)
    .first()
    .waitFor();
  expect(await schedule.isDisabled()).toBe(true);
  const token = await tokenOf("my-product");
  await page.getByRole("textbox", { name: "Session token" }).fill(token);
  await page.getByText("What it will do").waitFor();
  await schedule.click();
  await page.waitForURL(/#\/jobs\/job_/);
  await page.locator("main").getByText("completed").first().waitFor();
  const job = await local.api(`/v1/jobs/${/job_[0-9a-f]{32}/.exec(page.url())?.[0]}`);
  expect(job).toMatchObject({ event: "order_mine", status: "completed", session: { tag: "user" } });
  expect(await page.content()).not.toContain(token);
});
