import { expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { dashboards } from "./support/browser.ts";
import { wherePeopleSignIn } from "./support/where-people-sign-in.ts";

const deployed = wherePeopleSignIn();
const open = dashboards(deployed.url);

/** The browser goes to the issuer and back. */
const elsewhere = /request to elsewhere: http:\/\/127\.0\.0\.1:\d+\/(auth|interaction)/;

const signIn = (page: Page) => page.getByRole("button", { name: "Sign in with Example" }).click();

test("a person signs in, comes back to the page that was open, and signs out", async () => {
  const { page, allow } = await open("/keys");
  allow(elsewhere);
  deployed.issuer().nextIs("ada");
  await signIn(page);
  await page.getByRole("heading", { name: "Keys and webhooks", level: 1 }).waitFor();
  await page.getByText(`ada of ${deployed.issuer().url}`).waitFor();
  // Neither the code nor what it was exchanged with is left.
  expect(new URL(page.url()).search).toBe("");
  const kept = await page.evaluate(() => Object.keys(sessionStorage).filter((name) => name.includes("sign_in")));
  expect(kept).toEqual([]);
  const before = await deployed.keys.list();
  expect(before).toMatchObject([{ name: "ada@example.com", made_by: "sign-in" }]);

  await page.reload();
  await page.getByText("ada@example.com").first().waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key").waitFor();
  expect((await deployed.keys.list()).map(({ revoked_at }) => typeof revoked_at)).toEqual(["number"]);
});

test("a person for whom no rule fits is told so, and a key still opens the page", async () => {
  const { page, allow } = await open("/jobs");
  allow(elsewhere);
  allow(/403/);
  deployed.issuer().nextIs("bob");
  await signIn(page);
  await page.getByText("no rule of this deployment fits").waitFor();
  await page.getByLabel("API key").waitFor();
});

test("an answer that this tab has not asked for is refused before anything is sent", async () => {
  const { page } = await open("/jobs");
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.goto(`${deployed.url()}/?code=of-another&state=of-another`);
  await page.getByText("This sign-in was not begun in this tab.").waitFor();
  expect(new URL(page.url()).search).toBe("");
  expect(sent).not.toContain("POST /v1/sign-in");
});

test("a refusal of the issuer is shown", async () => {
  const { page, allow } = await open("/jobs");
  allow(elsewhere);
  // The issuer's page, on which the person refuses.
  await page.route(`${deployed.issuer().url}/auth?**`, (route) => {
    const asked = new URL(route.request().url()).searchParams;
    const query = new URLSearchParams({ error: "access_denied", state: asked.get("state") ?? "" });
    return route.fulfill({ status: 302, headers: { location: `${asked.get("redirect_uri")}?${query}` } });
  });
  await signIn(page);
  await page.getByText("The issuer did not sign you in: access_denied").waitFor();
});
