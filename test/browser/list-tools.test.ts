import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "@jest/globals";
import papa from "papaparse";
import type { Download, Page } from "playwright-core";
import { looks, violations } from "./support/accessible.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const total = 230;
const day = 86_400_000;
/** What would break a table, be run by a spreadsheet, or change the text around it. */
const hostile = ['=HYPERLINK("http://x")', 'a\n"b", \'\u202e\uffff\u{1F986};\t'];
const rows = (page: Page) => page.getByRole("region", { name: "Jobs", exact: true }).locator("tbody tr");

/** 230 jobs for the days from tomorrow on, the latest with hostile labels, and one that has completed. */
beforeAll(async () => {
  const job = { product_tag: "my-product", env: "dev", event: "create_order", input: {} };
  const start = Date.now() + day;
  for (let first = 0; first < total; first += 100) {
    const jobs = Array.from({ length: Math.min(100, total - first) }, (_, i) => ({
      ...job,
      start_at: start + (first + i) * 1_000,
      labels: first + i === total - 1 ? ["bulk", ...hostile] : ["bulk"],
    }));
    await local.api("/v1/jobs/batch", { jobs });
  }
  const { job_id } = await local.schedule({ labels: ["done"] });
  await local.ended(job_id, "completed");
}, 60_000);

/** Chooses a format in the menu, and reads the file that comes of it. */
async function downloads(page: Page, format: "CSV" | "JSON Lines") {
  const coming = page.waitForEvent("download");
  await page.locator("summary", { hasText: "Download" }).click();
  await page.getByRole("button", { name: format }).click();
  return read(await coming);
}

async function read(download: Download) {
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

const timeOf = (page: Page) => page.getByRole("combobox", { name: "Time", exact: true });
const dialog = (page: Page) => page.getByRole("dialog");

test("all that the filters select comes as CSV, also what is not loaded, with the columns that are shown", async () => {
  const { page } = await open("/jobs?label=bulk&cols=status,event,labels");
  await rows(page).first().waitFor();
  const { name, text } = await downloads(page, "CSV");
  expect(name).toMatch(/^jobs-\d{4}-\d\d-\d\dT\d{6}Z\.csv$/);
  const [head, ...lines] = papa.parse<string[]>(text).data;
  expect(head).toEqual(["job_id", "status", "event", "error_code", "reason", "labels"]);
  expect(new Set(lines.map(([id]) => id)).size).toBe(total);
  expect(lines).toHaveLength(total);
  expect(lines[0]?.at(-1)).toBe(["bulk", ...hostile].join("; "));
  await dialog(page).getByText(`That is all: ${total} jobs.`).waitFor();
  await dialog(page).getByText(name).waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Download");
});

test("each column of the list has columns of the file", async () => {
  const { page } = await open("/jobs?label=done");
  await rows(page).first().waitFor();
  await page.locator("summary", { hasText: "Columns" }).click();
  const boxes = page.locator(".menu[open] input");
  for (const box of await boxes.all()) await box.check();
  await page.keyboard.press("Escape");
  const [head = [], line = []] = papa.parse<string[]>((await downloads(page, "CSV")).text).data;
  expect(head).toEqual([
    ...[
      "job_id",
      "status",
      "event",
      "error_code",
      "reason",
      "type",
      "product_tag",
      "env",
      "scheduled_at",
      "started_at",
    ],
    ...["lateness_ms", "duration_ms", "attempt", "most_attempts", "next_run_at", "waiting_for", "labels"],
  ]);
  expect(line[head.indexOf("started_at")]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("all that the filters select comes as JSON Lines with all fields, in the order of the list", async () => {
  const { page } = await open("/jobs?label=bulk&sort=time");
  await rows(page).first().waitFor();
  const { name, text } = await downloads(page, "JSON Lines");
  expect(name).toMatch(/\.jsonl$/);
  const jobs = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(jobs).toHaveLength(total);
  expect(jobs.map(({ due_at }) => due_at)).toEqual(jobs.map(({ due_at }) => due_at).sort((a, b) => a - b));
  expect(jobs.at(-1)).toMatchObject({
    labels: ["bulk", ...hostile],
    created_at: expect.any(Number),
    status: "scheduled",
  });
});

test("an API that fails in the middle is told with what is missing, and asked again from there", async () => {
  const { page, allow } = await open("/jobs?label=bulk");
  allow(/v1\/jobs/);
  await rows(page).first().waitFor();
  await page.getByRole("button", { name: /pause updates/ }).click();
  const cursors: (string | null)[] = [];
  let away = true;
  await page.route("**/v1/jobs?**", (route) => {
    const cursor = new URL(route.request().url()).searchParams.get("cursor");
    cursors.push(cursor);
    return away && cursor !== null ? route.abort() : route.continue();
  });
  await page.locator("summary", { hasText: "Download" }).click();
  await page.getByRole("button", { name: "CSV" }).click();
  await dialog(page).getByText("The API does not answer.").waitFor();
  await dialog(page).getByText("100 jobs had been read before.").waitFor();
  await dialog(page)
    .getByText(/^Those before .* are missing\.$/)
    .waitFor();
  const partly = page.waitForEvent("download");
  await dialog(page).getByRole("button", { name: "Save 100 jobs" }).click();
  const part = await read(await partly);
  expect(part.name).toMatch(/-part\.csv$/);
  expect(papa.parse(part.text).data).toHaveLength(101);
  away = false;
  cursors.length = 0;
  const wholly = page.waitForEvent("download");
  await dialog(page).getByRole("button", { name: "Try again" }).click();
  const whole = await read(await wholly);
  expect(whole.name).not.toContain("part");
  expect(papa.parse(whole.text).data).toHaveLength(total + 1);
  // Nothing is read twice.
  expect(cursors).toHaveLength(2);
  expect(cursors).not.toContain(null);
});

test("a stop ends between two pages, and says what is missing", async () => {
  const { page } = await open("/jobs?label=bulk");
  await rows(page).first().waitFor();
  await page.getByRole("button", { name: /pause updates/ }).click();
  const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>();
  await page.route("**/v1/jobs?**cursor=**", async (route) => {
    await goesOn;
    await route.continue();
  });
  await page.locator("summary", { hasText: "Download" }).click();
  await page.getByRole("button", { name: "JSON Lines" }).click();
  await dialog(page).getByText("100 jobs read").waitFor();
  await dialog(page).getByRole("button", { name: "Stop" }).click();
  goOn();
  await dialog(page).getByText("Stopped after 200 jobs.").waitFor();
  await dialog(page)
    .getByText(/^Those before .* are missing\.$/)
    .waitFor();
  const coming = page.waitForEvent("download");
  await dialog(page).getByRole("button", { name: "Go on" }).click();
  expect((await read(await coming)).text.trimEnd().split("\n")).toHaveLength(total);
});

test("nothing that matches makes no file", async () => {
  const { page } = await open("/jobs?label=nothing");
  await page.getByText("No job matches").first().waitFor();
  await page.locator("summary", { hasText: "Download" }).click();
  await page.getByRole("button", { name: "CSV" }).click();
  await dialog(page).getByText("No job matches, so there is no file.").waitFor();
  expect(await dialog(page).getByRole("button", { name: /Save/ }).count()).toBe(0);
});

test("the hour that has passed is one choice, is instants in the address, and reads in the chosen zone", async () => {
  const { page } = await open("/jobs?view=all", { timezoneId: "Asia/Tokyo" });
  await rows(page).nth(5).waitFor();
  await timeOf(page).selectOption("Last hour");
  await page.waitForFunction(() => location.hash.includes("from="));
  const fields = new URLSearchParams(page.url().split("?")[1]);
  const [from, to] = [Number(fields.get("from")), Number(fields.get("to"))];
  expect([from % 60_000, to % 60_000]).toEqual([0, 0]);
  expect(to - from).toBeGreaterThanOrEqual(3_600_000);
  // The jobs of tomorrow are left out.
  await page.waitForFunction(() => document.querySelectorAll("section[aria-label='Jobs'] tbody tr").length === 1);
  const shown = () => timeOf(page).locator("option:checked").textContent();
  const clock = (at: number, timeZone: string) =>
    new Date(at).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
  expect(await shown()).toContain(clock(from, "Asia/Tokyo"));
  expect(await shown()).toMatch(/ – .*GMT\+9$/);
  await page.getByRole("button", { name: "UTC", exact: true }).click();
  expect(await shown()).toContain(clock(from, "UTC"));
  expect(await shown()).toMatch(/ UTC$/);
  // Another reader has the same instants.
  const { page: elsewhere } = await open(`/jobs?${fields}`, { timezoneId: "America/New_York" });
  await rows(elsewhere).first().waitFor();
  expect(await timeOf(elsewhere).locator("option:checked").textContent()).toContain(clock(from, "America/New_York"));
  await timeOf(page).selectOption("Any time");
  await page.waitForFunction(() => !location.hash.includes("from="));
  await rows(page).nth(5).waitFor();
});

test("a window of jobs that have ended takes in what comes", async () => {
  const { page } = await open("/jobs?status=completed");
  await rows(page).first().waitFor();
  await timeOf(page).selectOption("Last 15 minutes");
  await page.waitForFunction(() => location.hash.includes("from=") && !location.hash.includes("to="));
  expect(await timeOf(page).locator("option:checked").textContent()).toMatch(/^Since /);
  await page.locator("summary", { hasText: "More" }).click();
  expect(await page.getByLabel(/^From, in/).inputValue()).not.toBe("");
});

test("the head of the planned times sorts by them, from the end of the list that they begin at", async () => {
  const { page } = await open("/jobs?label=bulk");
  await rows(page).first().waitFor();
  const planned = () =>
    page
      .locator("section[aria-label='Jobs'] tbody time")
      .evaluateAll((all) => all.map((one) => one.getAttribute("datetime")));
  const head = page.getByRole("columnheader", { name: "Planned" });
  expect(await head.getAttribute("aria-sort")).toBeNull();
  for (const [sort, order] of [
    ["descending", -1],
    ["ascending", 1],
  ] as const) {
    await head.getByRole("button").click();
    await page.getByRole("heading", { name: "Jobs", level: 1 }).hover();
    await page.locator(`th[aria-sort=${sort}]`).waitFor();
    await rows(page).nth(5).waitFor();
    const times = await planned();
    expect(times.length).toBeGreaterThan(5);
    expect(times).toEqual([...times].sort((a, b) => order * String(a).localeCompare(String(b))));
  }
  // The first of all, which a page of the latest hundred has not.
  const first = (await local.api("/v1/jobs?label=bulk&order=asc&limit=1")).jobs as { scheduled_at: number }[];
  expect((await planned())[0]).toBe(new Date(first[0]?.scheduled_at ?? 0).toISOString());
});

test.each(looks)(
  "the download and the window of time are accessible and fit in %s with %j",
  async (colorScheme, more) => {
    const { page } = await open("/jobs?label=done&from=1796047380000", {
      colorScheme,
      reducedMotion: "reduce",
      ...more,
    });
    await rows(page).first().waitFor();
    await page.locator("summary", { hasText: "Download" }).click();
    const menu = await page.locator(".menu[open] .menu-body").boundingBox();
    expect(menu?.x).toBeGreaterThanOrEqual(0);
    expect((menu?.x ?? 0) + (menu?.width ?? 0)).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
    await page.getByRole("button", { name: "CSV" }).click();
    await dialog(page).getByText("That is all: 1 job.").waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  },
);

const heading = (page: Page, name: string) => page.getByRole("heading", { name, level: 1 });
const focused = (page: Page) => page.evaluate(() => document.activeElement?.tagName);
/** The job whose row has the focus. */
const rowInFocus = (page: Page) =>
  page.evaluate(() => document.activeElement?.closest("tr")?.getAttribute("aria-rowindex"));

test("a letter after g goes to a page in the same product and env, and the focus to its heading", async () => {
  const { page } = await open("/?product=my-product&env=dev");
  // Before there is a page that takes keys, they are lost.
  await page.getByRole("button", { name: "Keyboard shortcuts" }).waitFor();
  for (const [letter, name] of [
    ["e", "Errors"],
    ["s", "Series"],
    ["j", "Jobs"],
  ] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await heading(page, name).waitFor();
    expect(page.url()).toContain("product=my-product&env=dev");
    await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  }
  await rows(page).first().waitFor();
  // The letter of a page that has been passed is no row key at once.
  expect(await rowInFocus(page)).toBeUndefined();
  // A click leaves the focus where it is.
  await page.getByRole("link", { name: "Errors" }).click();
  await heading(page, "Errors").waitFor();
  expect(await focused(page)).not.toBe("H1");
});

test("in the list j and k move over the rows, x selects and Enter opens", async () => {
  const { page } = await open("/jobs?label=bulk");
  await rows(page).nth(5).waitFor();
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  expect(await rowInFocus(page)).toBe("3");
  const outline = await page.evaluate(() => {
    const link = document.activeElement as Element;
    return getComputedStyle(link, "::after").outlineStyle;
  });
  expect(outline).toBe("solid");
  await page.keyboard.press("x");
  await page.getByText("1 job selected").waitFor();
  expect(await rowInFocus(page)).toBe("3");
  await page.keyboard.press("x");
  await page.getByText("1 job selected").waitFor({ state: "detached" });
  // Beyond what is in sight the table follows, past the rows that are drawn at first, below its head.
  for (let n = 0; n < 40; n++) await page.keyboard.press("j");
  expect(await rowInFocus(page)).toBe("43");
  for (let n = 0; n < 25; n++) await page.keyboard.press("k");
  const [row, head] = await page.evaluate(() => [
    document.activeElement?.closest("tr")?.getBoundingClientRect().top ?? 0,
    document.querySelector(".vtable thead")?.getBoundingClientRect().bottom ?? 0,
  ]);
  expect(row).toBeGreaterThanOrEqual((head ?? 0) - 1);
  await page.keyboard.press("Enter");
  await heading(page, "create_order").waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
});

test("letters do nothing in fields, with Ctrl or Alt, and while a question is open", async () => {
  const { page } = await open("/jobs?label=bulk");
  await rows(page).first().waitFor();
  await page.getByLabel("Label, or the id of a job").focus();
  await page.keyboard.type("gjx?/");
  expect(await page.getByLabel("Label, or the id of a job").inputValue()).toContain("gjx?/");
  await timeOf(page).focus();
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await page.getByRole("heading", { name: "Jobs", level: 1 }).click();
  await page.keyboard.press("Alt+j");
  await page.keyboard.press("Control+x");
  expect([await rowInFocus(page), await dialog(page).count()]).toEqual([undefined, 0]);
  await page.keyboard.press("?");
  await dialog(page).waitFor();
  for (const key of ["g", "e", "j", "/"]) await page.keyboard.press(key);
  expect(await dialog(page).count()).toBe(1);
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  expect(page.url()).toContain("#/jobs");
});

test("the dialog lists the letters of all pages, and single keys can be turned off", async () => {
  const { page } = await open("/jobs");
  await rows(page).first().waitFor();
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  const pages = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents();
  const listed = dialog(page)
    .locator("section", { has: page.getByRole("heading", { name: "Go to a page" }) })
    .last();
  expect(await listed.locator("dd").allTextContents()).toEqual(pages);
  expect(await listed.locator("dt").allTextContents()).not.toContain("g");
  await dialog(page)
    .getByLabel(/^Use shortcuts of single keys/)
    .uncheck();
  await page.keyboard.press("Escape");
  for (const key of ["?", "j", "/"]) await page.keyboard.press(key);
  expect([await rowInFocus(page), await dialog(page).count()]).toEqual([undefined, 0]);
  await page.reload();
  await rows(page).first().waitFor();
  await page.keyboard.press("?");
  expect(await dialog(page).count()).toBe(0);
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Find a job" }).waitFor();
});

test.each(looks)("the list of shortcuts is accessible and fits in %s with %j", async (colorScheme, more) => {
  const { page } = await open("/jobs?label=done", { colorScheme, reducedMotion: "reduce", ...more });
  await rows(page).first().waitFor();
  await page.keyboard.press("j");
  expect(await rowInFocus(page)).toBe("2");
  await page.keyboard.press("?");
  await dialog(page).getByRole("heading", { name: "Go to a page" }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await dialog(page).evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
});
