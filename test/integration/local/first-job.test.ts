import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { anOrder } from "../../support/local/an-order.ts";
import { ask, type Run, repository } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const { newFolder, run } = localRuns();
const wait = { prefer: "wait=10" };
const order = anOrder();

const jobsOf = async (one: Run) =>
  (await ask(one.running(), "/v1/jobs?product_tag=my-product&env=prd")).jobs as
    | { job_id: string; status: string }[]
    | undefined;
/** The lines that name a job, in the terminal. */
const linesAbout = (one: Run, id: unknown) =>
  one
    .output()
    .split("\n")
    .filter((line) => line.includes(String(id)));

test("the first start on new data runs one job, and a restart does not repeat it", async () => {
  const data = newFolder();
  const first = run({ data, empty: false });
  const { url } = await first.ready();
  const [job] = await until(async () => {
    const jobs = await jobsOf(first);
    return jobs?.some(({ status }) => status === "completed") && jobs;
  });
  await until(() => linesAbout(first, job?.job_id).length === 2);
  const [place, line] = linesAbout(first, job?.job_id);
  expect(place).toBe(`A first job runs by itself: ${url}/#/jobs/${job?.job_id}`);
  expect(line).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} {2}my-product\/prd send_notification {2}completed {2}.* late {2}took .* {2}job_/,
  );
  await first.terminate();

  const second = run({ data, empty: false });
  await second.ready();
  expect(await ask(second.running(), "/v1/jobs", { ...order, env: "prd" }, wait)).toMatchObject({
    status: "completed",
  });
  // A busy machine may answer 503 first.
  const jobs = await until(() => jobsOf(second));
  expect(jobs).toHaveLength(2);
  expect(second.output()).not.toContain("A first job");
});

test("--empty runs no first job, --json prints log lines, and --quiet nothing", async () => {
  const data = newFolder();
  const raw = run({ data, args: ["--json"] });
  await raw.ready();
  expect(await jobsOf(raw)).toEqual([]);
  const { job_id } = await ask(raw.running(), "/v1/jobs", order, wait);
  await until(() => linesAbout(raw, job_id).length === 1);
  expect(JSON.parse(linesAbout(raw, job_id)[0] ?? "")).toMatchObject({
    message: "attempt ended",
    job_id,
    completed: 1,
  });
  await raw.terminate();

  const quiet = run({ data, args: ["--quiet"] });
  await quiet.ready();
  const done = await ask(quiet.running(), "/v1/jobs", order, wait);
  expect(done.status).toBe("completed");
  await quiet.terminate();
  expect(linesAbout(quiet, done.job_id)).toEqual([]);
});

test("a browser gets the built page, or one that says that it is not built", async () => {
  expect(existsSync(join(repository, "dashboard/dist/index.html"))).toBe(true);
  const local = run();
  const { url } = await local.ready();
  const page = await fetch(url, { headers: { accept: "text/html" } });
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  const text = await page.text();
  const files = [...text.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const { status, headers } = await fetch(`${url}/${file}`, { headers: { "accept-encoding": "br" } });
    expect([status, headers.get("content-encoding")]).toEqual([200, "br"]);
  }
  const nowhere = await fetch(`${url}/nowhere`, { headers: { accept: "text/html" } });
  expect([nowhere.status, await nowhere.text()]).toEqual([404, expect.stringContaining("There is no such page")]);
  expect(await (await fetch(`${url}/local/session`)).json()).toEqual({ message: "Not Found" });
  const session = await fetch(`${url}/local/session`, { headers: { "sec-fetch-site": "same-origin" } });
  expect(await session.json()).toEqual({ api_key: local.running().api_key, outbox: true, clock: true });
});
