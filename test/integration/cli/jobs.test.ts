import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocal } from "../../../local/runtime/start.ts";
import { runCli } from "../../support/cli/run-cli.ts";

let folder: string;
let local: Awaited<ReturnType<typeof startLocal>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ductape-cli-"));
  local = await startLocal({ port: 0, dataDir: join(folder, "data") });
}, 120_000);

afterAll(async () => {
  await local?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command that finds the local runtime by its data folder. */
const cli = (...args: string[]) => runCli(args, { cwd: folder, env: { DUCTAPE_DATA: "data" } });

const event = ["send_notification", "--product", "my-product", "--env", "dev"];
const input = JSON.stringify({
  slug: "welcome",
  email: { to: "ada@example.com", subject: { name: "Ada" }, template: { name: "Ada" } },
});

test("a job is scheduled, awaited, shown, listed and followed by commands", async () => {
  const waited = await cli("schedule", ...event, "--input", input, "--wait", "--label", "first");
  expect(waited).toMatchObject({ code: 0 });
  const [id = ""] = /job_[0-9a-f]{32}/.exec(waited.out) ?? [];
  expect(waited.out).toMatch(
    new RegExp(`^${id}  completed\n  event +my-product/dev send_notification \\(notification\\)\n`),
  );
  expect(waited.out).toMatch(/^result:\n\{\n {2}"channels"/m);

  const job = JSON.parse((await cli("jobs", "get", id, "--json")).out);
  expect(job).toMatchObject({ job_id: id, status: "completed", labels: ["first"] });
  expect(job).not.toHaveProperty("id");
  expect((await cli("jobs", "list", "--label", "first")).out.split("\n")).toEqual([
    expect.stringMatching(/^JOB +STATUS +EVENT +TIME +TRIES$/),
    expect.stringMatching(new RegExp(`^${id}  completed  my-product/dev send_notification  20.*\\+00:00 .*1$`)),
    "",
  ]);
  expect((await cli("jobs", "runs", id)).out).toMatch(/^RUN .*\n1 +completed /);
  expect(JSON.parse((await cli("jobs", "get", id, "--input", "--json")).out).input).toEqual(JSON.parse(input));
  const tailed = await cli("jobs", "tail", id);
  expect(tailed).toMatchObject({ code: 0 });
  expect(tailed.out).toMatch(/attempt 1 completed after .*\n.*completed\nresult:/);
});

test("a waiting job is cancelled by a command, and cannot be run afterwards", async () => {
  await writeFile(join(folder, "input.json"), input);
  const { out } = await cli("schedule", ...event, "--input", "@input.json", "--at", "+2h", "--json");
  const { job_id, status, scheduled_at } = JSON.parse(out);
  expect(status).toBe("scheduled");
  expect(Math.abs(scheduled_at - Date.now() - 7_200_000)).toBeLessThan(10_000);
  const cancelled = await cli("jobs", "cancel", job_id, "--reason", "not needed");
  expect(cancelled).toMatchObject({ code: 0, out: expect.stringMatching(/cancelled[\s\S]*why +not needed/) });
  expect(await cli("jobs", "run-now", job_id)).toMatchObject({
    code: 3,
    out: "",
    err: expect.stringMatching(/cancelled/),
  });
  expect(await cli("jobs", "tail", job_id)).toMatchObject({ code: 1 });
});

test("the command for a request that the API refuses exits with 3 and prints the place", async () => {
  const refused = await cli(
    "schedule",
    "send_notification",
    "--product",
    "my-product",
    "--env",
    "dev",
    "--input",
    "{}",
  );
  expect(refused).toMatchObject({ code: 3, err: expect.stringMatching(/\n {2}\/input\/slug: /) });
});

test("a recurring job's runs are explained beforehand, and listed afterwards", async () => {
  const series = [...event, "--input", input, "--cron", "0 9 * * MON-FRI", "--tz", "Europe/Berlin"];
  const explained = await cli("explain", ...series);
  expect(explained).toMatchObject({ code: 0 });
  expect(explained.out).toMatch(
    /^my-product\/dev send_notification \(notification\) would be accepted\. Nothing was created\.\n/,
  );
  expect(explained.out).toMatch(/^next runs\nTIME\n20..-..-..T09:00:00\.000\+0[12]:00 {2}in .*$/m);
  const { out } = await cli("schedule", ...series);
  expect(out).toMatch(/^job_\w+ is scheduled for 20.* \(in .*\)\n$/);
  const { jobs } = JSON.parse((await cli("jobs", "list", "--recurring", "--json")).out);
  expect(jobs).toMatchObject([{ repeat: { cron: "0 9 * * MON-FRI" } }]);
});

test("a signal that no feature waits for is refused where it is wrong, and its payload is read like an input", async () => {
  const scope = ["--product", "my-product", "--env", "dev"];
  expect(await cli("signal", "piad", ...scope, "--key", "A-1", "--payload", '{"amount": 5}')).toMatchObject({
    code: 3,
    err: expect.stringContaining("/signal"),
  });
  expect(await cli("signal", "piad", ...scope, "--key", "A-1", "--payload", "{")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--payload is not JSON"),
  });
});

test("pauses and limits are made, listed and ended by commands", async () => {
  const scope = ["--product", "my-product", "--env", "dev"];
  const made = await cli("pause", "create", ...scope, "--reason", "the database is being moved", "--until", "+2h");
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/active\n {2}holds +my-product\/dev, every event\n/),
  });
  expect((await cli("pause", "list")).out).toMatch(/my-product\/dev, every event .* the database is being moved\n$/);
  const key = [...scope, "--limit", "warehouse", "--key", "north"];
  expect(await cli("pause", "create", ...key, "--reason", "stocktaking")).toMatchObject({ code: 0 });
  expect((await cli("pause", "list")).out).toMatch(/my-product\/dev, limit warehouse, north/);
  expect(await cli("pause", "end", ...key)).toMatchObject({ code: 0, out: expect.stringMatching(/draining/) });
  expect(await cli("pause", "end", ...scope)).toMatchObject({ code: 0, out: expect.stringMatching(/draining/) });
  expect(await cli("pause", "end", ...scope, "--event", "nothing")).toMatchObject({ code: 2 });

  const { limits } = JSON.parse((await cli("limits", "list", "--json")).out);
  const [{ name, product_tag, env }] = limits;
  const limit = [name, "--product", product_tag, "--env", env];
  const pinned = await cli("limits", "pin", ...limit, "--rate", "10/1m", "--until", "+1h", "--reason", "a test");
  expect(pinned).toMatchObject({
    code: 0,
    out: expect.stringMatching(/PINNED UNTIL[\s\S]*a test\nIn force from .*\n$/),
  });
  expect(await cli("limits", "unpin", ...limit)).toMatchObject({ code: 0, out: expect.not.stringMatching(/PINNED/) });
});

test("commands move and delete a job, and show the product, its failures and figures", async () => {
  const series = [...event, "--input", input, "--every", "1h", "--at", "+1h", "--json"];
  const { job_id } = JSON.parse((await cli("schedule", ...series)).out);
  const moved = await cli("jobs", "reschedule", job_id, "--every", "2h", "--at", "+3h");
  expect(moved).toMatchObject({ code: 0, out: expect.stringMatching(/due +20.*\(in 3 h\)|planned +20.*\(in 3 h\)/) });
  expect(moved.out).toMatch(/repeats +every 2 h/);
  expect(await cli("jobs", "delete", job_id)).toMatchObject({ code: 3, out: "" });
  await cli("jobs", "cancel", job_id);
  expect(await cli("jobs", "delete", job_id)).toMatchObject({ code: 0, out: `${job_id} is deleted.\n` });
  expect(await cli("jobs", "get", job_id)).toMatchObject({ code: 3 });

  expect((await cli("products")).out).toMatch(/^my-product +\S.* send_notification +notification /m);
  expect((await cli("products", "my-product", "--event", "send_notification")).out).toMatch(/^input:\n\{\n/m);
  expect(await cli("errors", "--product", "my-product")).toMatchObject({ code: 0 });
  expect((await cli("stats", "--product", "my-product", "--env", "dev")).out).toMatch(/^ {2}completed +\d+, /m);
});
