import { createHmac } from "node:crypto";
import { beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import type { HookDelivery, WebhookDelivery } from "../../sdk/src/index.ts";
import { until } from "../support/local/until.ts";
import { looks, violations } from "./support/accessible.ts";
import { dashboards } from "./support/browser.ts";
import { watchIdle } from "./support/idle.ts";
import { system } from "./support/system.ts";

const secret = "whsec_of_the_provider";
const local = system({ values: [`my-product/payments#webhook=${secret}`] });
const open = dashboards(local.url);
const tenant = "product=my-product&env=dev";

/** Delivers as the provider of the hook would: signed by its secret. */
async function deliver(body: string): Promise<void> {
  const time = Math.floor(Date.now() / 1000);
  const v1 = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
  await fetch(`${local.url()}/hooks/my-product/dev/payments`, {
    method: "POST",
    headers: { "content-type": "application/json", "stripe-signature": `t=${time},v1=${v1}`, "x-trace": "\u00ad-7" },
    body,
  });
}

const paths = { received: "/v1/hooks/my-product/dev/payments", sent: "/v1/webhooks/my-product/dev/orders" };
const listed = async <Delivery>(kind: keyof typeof paths): Promise<Delivery[]> =>
  (await local.api(`${paths[kind]}/deliveries`)).deliveries as Delivery[];

const note = `<img src=x onerror=alert(1)>\u202e\uffff\u{1F986} مرحبا ${"long ".repeat(1_200)}`;
let job = "";
let sent: WebhookDelivery;
beforeAll(async () => {
  await deliver(JSON.stringify({ id: "evt_paid", customer: "c-1", amount: 12345678901234567890n.toString(), note }));
  await deliver(JSON.stringify({ id: "evt_paid", customer: "c-1" }));
  await deliver("{ no json");
  job = (await local.schedule()).job_id;
  await local.ended(job, "completed");
  await until(async () => (await listed("received")).length === 3, 60_000);
  sent = await until(
    async () =>
      (await listed<WebhookDelivery>("sent")).find((one) => one.job_id === job && one.outcome === "delivered"),
    60_000,
  );
}, 180_000);

const rows = (page: Page, kind: "Received" | "Sent") =>
  page.getByRole("region", { name: kind, exact: true }).locator("tbody tr");

test("the page lists what was delivered, and shows one with its body and its job", async () => {
  const { page } = await open(`/?${tenant}`);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Deliveries" }).click();
  await rows(page, "Received").nth(2).waitFor();
  await page.getByText("What the payment provider tells us.").waitFor();
  await page.getByText(`${local.url()}/hooks/my-product/dev/payments`).waitFor();
  const outcomes = await rows(page, "Received").locator(".tag").allTextContents();
  expect(outcomes).toEqual(["refused", "duplicate", "accepted"]);
  await rows(page, "Received").first().getByText("/body").waitFor();
  await page.getByLabel("Outcome").selectOption("accepted");
  await rows(page, "Received").nth(1).waitFor({ state: "detached" });
  await rows(page, "Received").getByRole("link", { name: "evt_paid" }).click();
  await page.getByRole("heading", { name: "Delivery to payments", level: 1 }).waitFor();
  const body = page.getByRole("region", { name: "Body, as text" });
  await body.getByText('"customer": "c-1"').waitFor();
  const text = (await body.textContent()) ?? "";
  // What is unseen is shown, no digit is rounded, and what is long is clipped until one asks for it.
  for (const part of ["<img src=x onerror=alert(1)>\\u202e", "12345678901234567890", "Show all"])
    expect(text).toContain(part);
  expect(text.length).toBeLessThan(5_000);
  await body.getByRole("button", { name: /^Show all [\d,]+ characters$/ }).click();
  expect(((await body.textContent()) ?? "").length).toBeGreaterThan(6_000);
  await page.getByText("x-trace").waitFor();
  expect(await page.getByText("stripe-signature").count()).toBe(0);
  await page.getByRole("link", { name: "call_partner" }).click();
  await page.getByRole("heading", { name: "call_partner", level: 1 }).waitFor();
});

test("what was refused says where, and a replay of it is refused in the same words", async () => {
  const [refused] = await listed<HookDelivery>("received");
  const { page, allow } = await open(`/deliveries/received/payments/${refused?.id}?${tenant}`);
  allow(/replay/);
  const wrong = page.getByRole("region", { name: "What was wrong" });
  await wrong.getByText("/body").waitFor();
  await wrong.getByText("is no JSON").waitFor();
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Replay this delivery" });
  await dialog.getByText("my-product dev").waitFor();
  await dialog.getByRole("button", { name: "Replay it" }).click();
  await dialog.getByRole("alert").getByText("/body").waitFor();
});

test("a delivery is replayed once, and once more under a name", async () => {
  const accepted = (await listed<HookDelivery>("received")).find(({ outcome }) => outcome === "accepted");
  const { page } = await open(`/deliveries/received/payments/${accepted?.id}?${tenant}`);
  const replay = async (name = "") => {
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Replay this delivery" });
    await dialog.getByLabel("Name of this replay").fill(name);
    await dialog.getByRole("button", { name: "Replay it" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  const said = page.getByRole("main").getByRole("status");
  await replay();
  await said.getByText("it became a job").waitFor();
  const first = await said.getByRole("link", { name: "See the job" }).getAttribute("href");
  expect(first).not.toContain(accepted?.job_id);
  await replay();
  await said.getByText("It was replayed before").waitFor();
  expect(await said.getByRole("link", { name: "See the job" }).getAttribute("href")).toBe(first);
  await replay("after the fix");
  await said.getByText("it became a job").waitFor();
  expect(await said.getByRole("link", { name: "See the job" }).getAttribute("href")).not.toBe(first);
});

test("what was sent is listed with its attempts, shown with body and answer, and sent again", async () => {
  const { page, go } = await open(`/keys?${tenant}`);
  await page.getByRole("main").getByRole("link", { name: "Deliveries", exact: true }).click();
  await rows(page, "Sent").getByText("1 attempt, the last: 201 in").first().waitFor();
  await go(`/deliveries/sent/orders/${sent.id}?${tenant}`);
  await page.getByRole("heading", { name: "job.completed to orders", level: 1 }).waitFor();
  const attempts = page.getByRole("region", { name: "Attempts" }).locator("tbody tr");
  await attempts.nth(0).getByText("201").waitFor();
  const body = page.getByRole("region", { name: "Body, as text" });
  await body.getByText(`"job_id": "${job}"`).waitFor();
  await page.getByRole("region", { name: "Last answer of the receiver" }).first().waitFor();
  await page.getByRole("button", { name: "Resend", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Send this again" });
  await dialog.getByText("has taken it already").waitFor();
  await dialog.getByRole("button", { name: "Send it again" }).click();
  await page.getByText("is sent again in a moment").waitFor();
  await attempts.nth(1).waitFor();
  await page.getByRole("link", { name: "See the job" }).click();
  await page.getByRole("heading", { name: "create_order", level: 1 }).waitFor();
});

/** Answers of deliveries that fail, which would go on while a test looks at them. */
const retrying = (more: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
  ...sent,
  outcome: "retrying",
  next_at: Date.now() + 300_000,
  attempts: [{ at: sent.at, attempt: 1, ms: 15, status: 503, code: "HTTP_503" }],
  ...more,
});

test("a disabled endpoint, a retry and an answer that was cut are told", async () => {
  const [endpoint] = (await local.api(`/v1/webhooks?${tenant.replace("product", "product_tag")}`)).webhooks as object[];
  const disabled = { ...endpoint, state: "disabled", reason: "failing", disabled_at: Date.now() };
  const answer = { status: 503, body: "<h1>Oops</h1>", cut: true };
  const { page } = await open(`/?${tenant}`, {
    before: async (before) => {
      await before.route("**/v1/webhooks?**", (route) => route.fulfill({ json: { webhooks: [disabled] } }));
      await before.route("**/orders/deliveries?**", (route) => route.fulfill({ json: { deliveries: [retrying()] } }));
      await before.route(`**/deliveries/${sent.id}`, (route) => route.fulfill({ json: retrying({ answer }) }));
    },
  });
  await page.goto(`${local.url()}/#/deliveries?kind=sent&${tenant}`);
  await page.getByText("This endpoint is disabled").waitFor();
  await rows(page, "Sent").getByText("the last: 503 in 15 ms, next in").waitFor();
  await rows(page, "Sent").getByRole("link", { name: "job.completed" }).click();
  await page.getByText("HTTP_503").waitFor();
  await page.getByText("503, its first 4 KB").waitFor();
  await page.getByText("<h1>Oops</h1>").waitFor();
  await page.getByText("Next attempt").waitFor();
});

test("a filter that finds nothing recent looks further back, and says how far it has looked", async () => {
  const asked: string[] = [];
  const { page } = await open(`/?${tenant}`, {
    before: (before) =>
      before.route("**/payments/deliveries?**", (route) => {
        const { searchParams } = new URL(route.request().url());
        asked.push(`${searchParams.get("outcome")} ${searchParams.get("cursor")}`);
        const at = Date.UTC(2030, 0, 31);
        const about = { at, product_tag: "my-product", env: "dev", hook: "payments", body_bytes: 2, replayable: true };
        const found = { deliveries: [{ ...about, id: "dlv_1", outcome: "failed" }] };
        const none = { deliveries: [], next_cursor: "c1", examined: 1000, looked_back_to: at };
        return route.fulfill({ json: searchParams.has("cursor") ? found : none });
      }),
  });
  await page.goto(`${local.url()}/#/deliveries?outcome=failed&${tenant}`);
  await page.getByText("Nothing found so far").waitFor();
  await page.getByText("Looked back to").waitFor();
  expect(asked).toEqual(["failed null"]);
  await page.getByRole("button", { name: "Look further back" }).click();
  await rows(page, "Received").getByText("failed").waitFor();
  expect(asked).toEqual(["failed null", "failed null", "failed c1"]);
  expect(await page.getByRole("button", { name: "Look further back" }).count()).toBe(0);
});

test("nothing delivered, an unknown delivery and a catalog without hooks are told", async () => {
  const { page, go, allow } = await open("/deliveries?product=my-product&env=prd");
  allow(/404/);
  await page.getByText("Nothing was delivered").waitFor();
  await page.getByLabel("Outcome").selectOption("refused");
  await page.getByText("No delivery was refused").waitFor();
  await page.getByRole("button", { name: "Sent", exact: true }).click();
  await page.getByText("Nothing was sent").waitFor();
  await go(`/deliveries?of=elsewhere&${tenant}`);
  await page.getByText("No such hook here").waitFor();
  await go(`/deliveries/received/payments/dlv_${"0".repeat(32)}?${tenant}`);
  await page.getByText("There is no such delivery").waitFor();
  for (const [kind, list, words] of [
    ["received", "hooks", "No hook here"],
    ["sent", "webhooks", "No webhook here"],
  ] as const) {
    await page.route(`**/v1/${list}?**`, (route) => route.fulfill({ json: { [list]: [] } }));
    await page.reload();
    await go(`/deliveries?kind=${kind}&${tenant}`);
    await page.getByText(words).waitFor();
  }
});

test("a key that only reads sees neither bodies and answers nor buttons that would be refused", async () => {
  const key = await local.key("jobs:read");
  const accepted = (await listed<HookDelivery>("received")).find(({ outcome }) => outcome === "accepted");
  const { page, go } = await open("/", {
    before: (before) => before.route("**/local/session", (route) => route.fulfill({ status: 404 })),
  });
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByRole("button", { name: "Find a job" }).waitFor();
  await go(`/deliveries/received/payments/${accepted?.id}?${tenant}`);
  await page.getByText("Shown to keys with jobs:input").waitFor();
  expect(await page.getByRole("button", { name: "Replay" }).count()).toBe(0);
  expect(await page.getByText("c-1").count()).toBe(0);
  await go(`/deliveries/sent/orders/${sent.id}?${tenant}`);
  await page.getByText("Shown to keys with jobs:input").waitFor();
  // The body of an event has no input, and is for who reads jobs.
  await page.getByText(`"job_id": "${job}"`).waitFor();
  expect(await page.getByRole("button", { name: "Resend" }).count()).toBe(0);
});

test("a list that cannot be read says so", async () => {
  const problem = { code: "UNAVAILABLE", detail: "Try again.", status: 503, title: "Unavailable" };
  const { page, allow } = await open(`/?${tenant}`, {
    before: (before) =>
      before.route("**/deliveries?**", (route) =>
        route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }),
      ),
  });
  allow(/503/);
  for (const kind of ["received", "sent"]) {
    await page.goto(`${local.url()}/#/deliveries?kind=${kind}&${tenant}`);
    await page.getByRole("alert").getByText("Try again.").first().waitFor();
  }
});

test("an idle list asks for little: at most 12 requests a minute", async () => {
  const { page } = await open("/", { before: (before) => before.clock.install() });
  const idle = watchIdle(page);
  await page.goto(`${local.url()}/#/deliveries?${tenant}`);
  await rows(page, "Received").first().waitFor();
  await idle.settle();
  for (const kind of ["received", "sent"] as const) {
    if (kind === "sent") await page.getByRole("button", { name: "Sent", exact: true }).click();
    await idle.seconds(5);
    const asked = await idle.minute();
    expect(asked.filter((path) => path === `${paths[kind]}/deliveries`).length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThanOrEqual(12);
  }
}, 60_000);

test.each(looks)("is accessible and fits in %s with %j", async (colorScheme, options) => {
  const { page, go } = await open("/", { colorScheme, reducedMotion: "reduce", ...options });
  const accepted = (await listed<HookDelivery>("received")).find(({ outcome }) => outcome === "accepted");
  for (const [path, ready] of [
    ["/deliveries?", "refused"],
    ["/deliveries?kind=sent&", "1 attempt"],
    [`/deliveries/received/payments/${accepted?.id}?`, "x-trace"],
    [`/deliveries/sent/orders/${sent.id}?`, "as it is sent in each attempt"],
  ] as const) {
    await go(`${path}${tenant}`);
    await page.getByRole("main").getByText(ready).filter({ visible: true }).first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  }
  await go(`/deliveries/received/payments/${accepted?.id}?${tenant}`);
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  await page.getByRole("dialog").waitFor();
  expect(await violations(page)).toEqual([]);
});
