import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type Local, startLocal } from "../../local/runtime/start.ts";
import { createDuctape } from "../../sdk/src/index.ts";
import { documentedProxy } from "../support/documented-proxy.ts";
import { howToPages } from "../support/how-to/pages.ts";
import { type Project, projectIn, type Server } from "../support/how-to/project.ts";
import { repository } from "../support/local/run-local.ts";
import { outboxOf } from "../support/local/runs.ts";
import { tempFolder } from "../support/local/temp-folder.ts";
import { until } from "../support/local/until.ts";

function missing(what: string): never {
  throw new Error(`there is not ${what}`);
}

// A block starts several processes, one after the other.
jest.setTimeout(120_000);

const pages = await howToPages();
const pageOf = (name: string) => pages[name] ?? missing(`docs/how-to/${name}.md`);
const mail = pageOf("email-tomorrow-at-nine");
const million = pageOf("a-million-reminders");
const callBack = pageOf("call-me-back");
const bullmq = pageOf("from-bullmq");
const cron = pageOf("from-cron");

/**
 * The day before the clocks of New York go forward, which is the second Sunday of March, of the next year. Half past twelve in UTC is in the
 * middle between two runs of the hourly schedule, so that a slow machine counts no more of them.
 */
function saturday(): Date {
  const year = new Date().getUTCFullYear() + 1;
  const weekday = new Date(Date.UTC(year, 2, 1)).getUTCDay();
  return new Date(Date.UTC(year, 2, 7 + ((7 - weekday) % 7), 12, 30));
}
const before = saturday();
const sunday = new Date(before.getTime() + 24 * 3_600_000).toISOString().slice(0, 10);
/** As the page says. The import of more than one invocation handles has a test of its own. */
const lines = 1050;

const folder = tempFolder();
const servers: Server[] = [];
let project: Project;
let local: Local;
let api: Awaited<ReturnType<typeof documentedProxy>>;
let ductape: ReturnType<typeof createDuctape>;

beforeAll(async () => {
  project = await projectIn(folder);
  const catalogs = { clinic: million, store: callBack, pictures: bullmq, office: cron };
  for (const [tag, page] of Object.entries(catalogs)) {
    await project.write(`products/${tag}.ts`, page.take("ts", `export const ${tag} = defineProduct(`));
  }
  const demo = `import { myProduct } from ${JSON.stringify(join(repository, "products/my-product.ts"))};\n`;
  // The paths of the demo's own code count from this catalog.
  for (const file of ["products/functions/delivery.ts", "products/features/quote.ts"])
    await project.write(file, `export * from ${JSON.stringify(join(repository, file))};\n`);
  const imports = Object.keys(catalogs).map((tag) => `import { ${tag} } from "./${tag}.ts";\n`);
  const list = `export const products = [myProduct, ${Object.keys(catalogs).join(", ")}] as const;\n`;
  await project.write("products/index.ts", [demo, ...imports, list].join(""));
  const values = [
    million.take("", "clinic/smtp#url="),
    callBack.take("", "/store/webhook-url="),
    bullmq.take("", "/pictures/backend-url="),
    cron.take("", "/office/backend-url="),
  ];
  await project.write(".env.local", values.join(""));

  // The system begins at that time, as after a move of its clock, so that nothing has to be played through until then.
  await mkdir(join(folder, ".ductape"), { mode: 0o700 });
  await writeFile(join(folder, ".ductape/clock.json"), JSON.stringify({ offset_ms: before.getTime() - Date.now() }));
  const said: string[] = [];
  local = await startLocal({
    port: 0,
    dataDir: join(folder, ".ductape"),
    catalog: join(folder, "products/index.ts"),
    envFile: join(folder, ".env.local"),
    schedules: true,
    say: (line) => said.push(line),
  });
  // The page on webhooks makes it later.
  expect(said).toEqual([expect.stringContaining('secret("store/webhook#secret") has no value')]);
  api = await documentedProxy(local.url);
  Object.assign(project.env, { DUCTAPE_URL: api.url, DUCTAPE_API_KEY: local.apiKey });
  ductape = createDuctape({ url: api.url, apiKey: local.apiKey });
});

afterAll(async () => {
  for (const server of servers) await server.stop();
  await api?.stop();
  await local?.stop();
});

/** What a reader has at http://127.0.0.1:3000 is elsewhere in a test. */
const here = (block: string) => block.replaceAll("http://127.0.0.1:3000", local.url);

/** A terminal whose blocks must succeed, and print nothing on standard error but `err`. */
function terminal() {
  const run = project.terminal();
  return async (block: string, err: unknown = ""): Promise<string> => {
    const { out, ...ended } = await run(here(block));
    expect(ended).toEqual({ code: 0, err });
    return out;
  };
}

const advance = async (duration: string) => {
  const body = JSON.stringify({ advance: duration });
  const headers = { "content-type": "application/json" };
  const answer = await (await fetch(`${local.url}/local/clock`, { method: "POST", headers, body })).json();
  expect(answer).toMatchObject({ reached: true });
};

/** The page's address of a server in `.env.local` becomes that of the one that has been started. */
async function serve(file: string, placePort: string): Promise<Server> {
  const server = await project.serve(file);
  servers.push(server);
  const values = await readFile(join(folder, ".env.local"), "utf8");
  await project.write(".env.local", values.replaceAll(`:${placePort}`, `:${server.port}`));
  return server;
}

const jobIn = (text: string): string => /job_[0-9a-f]{32}/.exec(text)?.[0] ?? missing(`a job in: ${text}`);
const at = (time: string): number => Date.parse(time);

describe("the how-to for an e-mail tomorrow at nine", () => {
  const mails = async () => (await outboxOf(local.url)).filter(({ kind }) => kind === "email");
  let sh: ReturnType<typeof terminal>;
  let ada: string;
  let bo: string;

  beforeAll(async () => {
    sh = terminal();
    await project.write("zone.ts", mail.take("ts", "export function momentIn("));
    await project.write("mail.ts", mail.take("ts", "idempotency_key"));
    await project.write("move.ts", mail.take("ts", "reschedule("));
    await project.write("mail.json", mail.take("json", "bo@example.com"));
  });

  test("has it due at nine where the recipient is, although the clocks change", async () => {
    const out = await sh(mail.take("sh", "node mail.ts"));
    ada = jobIn(out);
    expect(out).toMatch(/, 9:00:00 AM\n$/);
    expect(await ductape.jobs.get(ada)).toMatchObject({
      status: "scheduled",
      scheduled_at: at(`${sunday}T09:00:00-04:00`),
    });
  });

  test("sends one mail, however often it is requested", async () => {
    expect(jobIn(await sh("npx node mail.ts"))).toBe(ada);
    const other = {
      product_tag: "my-product",
      env: "dev",
      event: "send_notification",
      idempotency_key: "appointment-17:reminder",
    };
    const input = (await ductape.jobs.input(ada)).input as Record<string, unknown>;
    const refused = ductape.processor.job.dispatch({ ...other, input, start_at: `${sunday}T09:00:00-05:00` });
    await expect(refused).rejects.toMatchObject({ name: "ConflictError", code: "IDEMPOTENCY_MISMATCH", status: 409 });
  });

  test("has a command, which refuses a time without an offset", async () => {
    bo = jobIn(await sh(mail.take("sh", "--label appointment-18 --idempotency-key")));
    expect(await ductape.jobs.get(bo)).toMatchObject({
      scheduled_at: at(`${sunday}T09:00:00+09:00`),
      labels: ["appointment-18"],
    });
    const { code, err } = await project.terminal()(
      "ductape-jobs schedule send_notification --product my-product --env dev --input @mail.json --at 2030-01-31T09:00:00",
    );
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("RFC 3339 time with an offset") });
  });

  test("moves it by its label and cancels it by its id", async () => {
    expect(await sh(mail.take("sh", "node move.ts"))).toMatch(new RegExp(`^${ada} .*, 10:30:00 AM\n$`));
    expect(await ductape.jobs.get(ada)).toMatchObject({ due_at: at(`${sunday}T10:30:00-04:00`) });
    expect(await sh(mail.take("sh", "jobs cancel"))).toMatch(/cancelled[\s\S]*the appointment was called off/);
    expect(await ductape.jobs.get(bo)).toMatchObject({ status: "cancelled", reason: "the appointment was called off" });
    // The key of a cancelled job is taken.
    const again = await sh(
      'ductape-jobs schedule send_notification --input @mail.json --at "$AT" --label appointment-18 --idempotency-key appointment-18:reminder',
    );
    expect(jobIn(again)).toBe(bo);
  });

  test("shows it in its zone, and sends it when the local clock gets there", async () => {
    expect(await sh(mail.take("sh", "TZ=America/New_York ductape-jobs jobs list"))).toMatch(
      new RegExp(`^${ada} +scheduled .*${sunday} 10:30:00 -04:00`, "m"),
    );
    await sh(`ductape-jobs jobs get ${ada} --input`);
    expect(await sh(`ductape-jobs open ${ada} --no-browser`, expect.anything())).toContain(ada);
    const [moved = "", outbox = ""] = mail.take("sh", "/local/clock").split(/(?<=\n)/);
    expect(JSON.parse(await sh(moved))).toMatchObject({ reached: true });
    expect(await sh(outbox)).toContain("ada@example.com");
    expect(await mails()).toMatchObject([{ to: ["ada@example.com"], subject: "Welcome, Ada" }]);
    const { status, attempts } = await ductape.jobs.get(ada);
    expect(status).toBe("completed");
    expect(attempts[0]?.started_at).toBe(at(`${sunday}T10:30:00-04:00`) + (attempts[0]?.lateness_ms ?? 0));
  });

  test.each([
    ["a time in summer", "Europe/Berlin", "2030-07-01", "09:00:00", "2030-07-01T09:00:00+02:00"],
    ["half an hour off", "Asia/Kolkata", "2030-07-01", "09:00:00", "2030-07-01T09:00:00+05:30"],
    ["UTC", "UTC", "2030-07-01", "09:00:00", "2030-07-01T09:00:00+00:00"],
    ["the day of a change", "America/New_York", "2030-03-10", "09:00:00", "2030-03-10T09:00:00-04:00"],
    // 03:30 of the new time.
    ["a time that is left out", "America/New_York", "2030-03-10", "02:30:00", "2030-03-10T02:30:00-05:00"],
    ["the first of a time that comes twice", "America/New_York", "2030-11-03", "01:30:00", "2030-11-03T01:30:00-04:00"],
    ["a zone beyond the date line", "Pacific/Kiritimati", "2030-07-01", "00:00:00", "2030-07-01T00:00:00+14:00"],
  ])("has a momentIn that knows %s", async (_what, ...[zone, date, time, moment]) => {
    const call = `momentIn(${JSON.stringify(zone)}, ${JSON.stringify(date)}, ${JSON.stringify(time)})`;
    expect(await sh(`node -e 'import("./zone.ts").then(({ momentIn }) => console.log(${call}))'`)).toBe(`${moment}\n`);
  });
});

describe("the how-to for a call back", () => {
  let sh: ReturnType<typeof terminal>;
  let receiver: Server;

  beforeAll(async () => {
    sh = terminal();
    const secret = await sh(`${callBack.take("sh", "openssl rand")}printenv WEBHOOK_SECRET`);
    project.env.WEBHOOK_SECRET = secret.trim();
    await project.write("receiver.ts", callBack.take("ts", "webhook.verify("));
    await project.write("wait.ts", callBack.take("ts", "JobFailedError"));
    receiver = await serve("receiver.ts", "4100");
  });

  test("has a program that waits for the result, and a receiver that gets the event", async () => {
    expect(await sh("npx node wait.ts")).toMatch(/^shipped \{\n {2}status: 201/);
    const [job] = (await ductape.jobs.list({ product_tag: "store", env: "dev" })).jobs;
    await until(() => receiver.ran.out.includes(`job.completed ship_order ${job?.job_id}`));
    expect(await outboxOf(local.url)).toContainEqual(
      expect.objectContaining({ kind: "http", method: "POST", path: "/warehouse/orders/A-17/shipments" }),
    );
  });

  test("has a receiver that refuses an unsigned delivery", async () => {
    const answer = await fetch(`http://127.0.0.1:${receiver.port}/jobs`, { method: "POST", body: "{}" });
    expect(answer.status).toBe(400);
  });

  test("has a script that waits and knows the outcome by the exit code", async () => {
    // The receipt goes to standard error, so that standard output is the job.
    const receipt = expect.stringMatching(/^job_\w+ is /);
    expect(await sh(callBack.take("sh", "--wait --max-wait 1m"), receipt)).toMatch(/^job_\w+ {2}completed\n/);
  });

  test("has a rule whose pattern matches the events of failures", async () => {
    const pattern = JSON.parse(callBack.take("json", "detail-type"));
    // Locally every event of a job is published.
    const caught = await until(async () =>
      (await outboxOf(local.url)).find(
        ({ kind, detail_type, detail }) =>
          kind === "event" && detail_type === "job.completed" && Object(detail).product_tag === "store",
      ),
    );
    const { source, detail_type, detail } = caught as unknown as {
      source: string;
      detail_type: string;
      detail: object;
    };
    const event = { source, "detail-type": detail_type, detail };
    expect(matches(pattern, event)).toBe(false);
    expect(matches(pattern, { ...event, "detail-type": "job.failed", detail: { ...detail, env: "prd" } })).toBe(true);
  });
});

/** As EventBridge matches: each field of the pattern lists the values that are let through. */
const matches = (pattern: Record<string, unknown>, event: Record<string, unknown>): boolean =>
  Object.entries(pattern).every(([field, wanted]) =>
    Array.isArray(wanted)
      ? wanted.includes(event[field])
      : matches(wanted as Record<string, unknown>, Object(event[field])),
  );

describe("the how-to from BullMQ", () => {
  let sh: ReturnType<typeof terminal>;
  let server: Server;

  beforeAll(async () => {
    sh = terminal();
    await project.write("server.ts", bullmq.take("ts", "createServer("));
    await project.write("add.ts", bullmq.take("ts", "start_at: Date.now() + 60_000"));
    server = await serve("server.ts", "4200");
  });

  test("begins with a program that is JavaScript", async () => {
    const reason = "BullMQ and its Redis are not packages of this repository: only the syntax is checked.";
    await project.write("before.mjs", bullmq.leave("js", 'from "bullmq"', reason));
    expect(await sh("node --check before.mjs")).toBe("");
  });

  test("makes no second job while the first is open, which runs a minute later", async () => {
    const [first = "", second = ""] = (await sh(bullmq.take("sh", "node add.ts"))).trim().split("\n");
    expect([first, second]).toEqual([expect.stringMatching(/is new$/), expect.stringMatching(/waits already$/)]);
    const id = jobIn(first);
    expect(jobIn(second)).toBe(id);
    const { due_at, created_at, gates, retries } = await ductape.jobs.get(id);
    expect(Math.abs(due_at - created_at - 60_000)).toBeLessThan(10_000);
    expect({ gates, retries }).toMatchObject({ gates: [{ limit: "thumbnails" }], retries: 4 });
    await advance("2m");
    expect(await ductape.jobs.get(id)).toMatchObject({
      status: "completed",
      result: { body: { thumbnail: "p-1-200.webp" } },
    });
    expect(server.ran.out).toContain(`POST /thumbnails ${id}-1\n`);
  });
});

describe("the how-to from cron", () => {
  let sh: ReturnType<typeof terminal>;
  const series = async () => (await ductape.jobs.series({ product_tag: "office", env: "prd" })).series;

  beforeAll(async () => {
    sh = terminal();
    await project.write("digest.ts", cron.take("ts", "repeat: { cron:"));
    await until(async () => (await series()).length === 3, 30_000);
  });

  test("has a schedule for each line of the crontab, with its times and zone", async () => {
    const crontab = cron.take("crontab", "CRON_TZ=");
    const [, tz] = /^CRON_TZ=(.*)$/m.exec(crontab) ?? [];
    const times = [...crontab.matchAll(/^([\d*/]+(?: \S+){4}) {2,}\S/gm)].map(([, time]) => time);
    expect(times).toHaveLength(3);
    const made = (await series()).map(({ repeat }) => [repeat?.cron, repeat?.tz]);
    expect(made.sort()).toEqual(times.map((time) => [time, tz]).sort());
  });

  test("has a command that tells when a line would run", async () => {
    expect(await sh(cron.take("sh", "ductape-jobs explain"))).toMatch(
      /^next runs\nTIME\n20..-..-..T02:30:00\.000\+0[12]:00 /m,
    );
  });

  test("gives a user one series", async () => {
    const out = await sh(cron.take("sh", "node digest.ts"));
    expect(out).toMatch(/^job_\w+ Monday, .* at 8:0\d.AM\nJOB /);
    expect(jobIn(await sh("npx node digest.ts"))).toBe(jobIn(out));
    expect((await ductape.jobs.list({ label: "u-42" })).jobs).toHaveLength(1);
  });

  test("shows each run of a day", async () => {
    await fetch(`${local.url}/outbox`, { method: "DELETE" });
    expect(JSON.parse(await sh(cron.take("sh", "/local/clock")))).toMatchObject({ reached: true });
    const calls = (await outboxOf(local.url)).filter(({ kind }) => kind === "http").map(({ path }) => path);
    expect(calls.filter((path) => path === "/clean-up")).toHaveLength(1);
    expect(calls.filter((path) => path === "/backend/sync")).toHaveLength(24);
    const listed = await sh(cron.take("sh", "ductape-jobs errors"), "Nothing failed.\n");
    for (const event of ["clean_up", "sync", "send_invoices"]) expect(listed).toContain(`office/prd ${event}`);
    const cleaning = (await series()).find(({ schedule }) => schedule === "clean_up")?.job_id;
    expect(await sh(`ductape-jobs jobs runs ${cleaning}`)).toMatch(/^\d+ +completed /m);
    const { runs } = JSON.parse(await sh(`ductape-jobs jobs runs ${cleaning} --json`));
    // The latest is the next one.
    expect(runs[1]).toMatchObject({ status: "completed", result: { status: 201 } });
    await sh(`ductape-jobs jobs run-now ${cleaning}`);
  });
});

describe("the how-to for a million reminders", () => {
  let sh: ReturnType<typeof terminal>;

  beforeAll(async () => {
    sh = terminal();
    project.env.BUCKET = "ductape-jobs-blobs";
    const aws = million.take("", "AWS_ENDPOINT_URL=").replace("<SQS, SNS and S3>", local.aws.sqs);
    for (const [, name = "", value] of aws.matchAll(/^(\w+)=(.*)$/gm)) project.env[name] = value;
    await project.write("write.ts", million.take("ts", "async function* customers()"));
    await project.write("import.ts", million.take("ts", "new PutObjectCommand("));
    await project.write("again.ts", million.take("ts", "paginateListObjectsV2("));
    await project.write("campaign.ts", million.take("ts", "cancelMany("));
  });

  test("has a file with a request per line, a hundred for each second", async () => {
    await sh(million.take("sh", "node write.ts"));
    const written = (await readFile(join(folder, "reminders.ndjson"), "utf8")).split("\n");
    expect(written).toHaveLength(lines + 1);
    expect(`${written[0]}\n`).toBe(million.take("ndjson", "check-up-2030:1"));
    const times = written.slice(0, lines).map((line) => JSON.parse(line).start_at);
    expect(new Set(times).size).toBe(Math.ceil(lines / 100));
    expect(times.at(-1)).toBe(
      new Date(at("2030-01-31T09:00:00+01:00") + Math.floor((lines - 1) / 100) * 1000).toISOString(),
    );
  });

  test("explains a line with its limit and its cost", async () => {
    const out = await sh(million.take("sh", "ductape-jobs explain"));
    expect(out).toMatch(/^limits\n[\s\S]*\nmails /m);
    const [, dollars] = /cost +([\d.]+) USD per million/.exec(out) ?? [];
    expect(million.text).toContain(`${dollars} as \`explain\` estimates above, 0.35 for logs and 0.86 for the limit`);
    const costs = await readFile("docs/operations/costs.md", "utf8");
    expect(costs).toMatch(/\| logs: .*\| 0\.35 +\|/);
    expect(costs).toContain("adds 0.86 per million to a job that its rate lets start at once");
  });

  test("turns each line into a job, except for one that the report names", async () => {
    await sh(million.take("sh", "aws s3 cp reminders.ndjson"));
    const report = expect.stringMatching(
      /^The report is in import-reports\/check-up-2030\/reminders\.ndjson\/\w+\/\n$/,
    );
    const summary = JSON.parse(await sh(million.take("sh", "node import.ts reminders.ndjson"), report));
    const told = JSON.parse(million.take("json", `"scheduled": ${lines - 1}`));
    expect(Object.keys(summary)).toEqual(Object.keys(told));
    const { etag, finished_at, parts } = summary;
    expect(parts).toBeGreaterThan(0);
    expect(summary).toEqual({ ...told, etag, finished_at, parts });
    const refused = await sh(million.take("sh", "aws s3 cp --recursive"));
    expect(refused).toBe(million.take("ndjson", '{"line":7'));
  });

  test("sends only the refused line again", async () => {
    const report = expect.stringContaining("import-reports/check-up-2030/again.ndjson/");
    const out = await sh(million.take("sh", "node again.ts"), report);
    expect(out).toMatch(/^1 refused\n/);
    expect(JSON.parse(out.slice(out.indexOf("\n")))).toMatchObject({ lines: 1, scheduled: 1, rejected: 0 });
    const [seventh] = (await readFile(join(folder, "again.ndjson"), "utf8")).split("\n");
    const receipt = await ductape.processor.job.dispatch(JSON.parse(seventh ?? ""));
    expect(await ductape.jobs.get(receipt.job_id)).toMatchObject({
      status: "scheduled",
      scheduled_at: at("2030-01-31T09:00:00+01:00"),
      gates: [{ limit: "mails" }],
      priority: -600,
    });
  });

  test("finds the job of a line that is sent again in another file", async () => {
    const out = await sh(`
      head -3 reminders.ndjson > three.ndjson
      node import.ts three.ndjson check-up-2030/three.ndjson 2> folder
      ETAG=$(sed 's/.*ndjson.//' folder)
      aws s3 cp --recursive s3://$BUCKET/import-reports/check-up-2030/three.ndjson/ three/
      cat report/*/part-000000000001-* | head -3 > before
      cat three/*/part-* > after
      cmp before after`);
    expect(JSON.parse(out)).toMatchObject({ scheduled: 3, rejected: 0 });
  });

  test("shows, slows down and releases the limit", async () => {
    const out = await sh(million.take("sh", "ductape-jobs limits pin"));
    expect(out).toMatch(/mails[\s\S]*the provider asks for it/);
  });

  test("holds the event and counts what would be cancelled", async () => {
    await sh(million.take("sh", "ductape-jobs pause create"));
    expect(await sh("npx node campaign.ts")).toBe(`would cancel ${lines}\n`);
  });
});

describe("the pages of how-tos", () => {
  test("have no block without a test", () => {
    const unknown = Object.values(pages).flatMap((page) => page.unknown().map((block) => `${page.name}: ${block}`));
    expect(unknown).toEqual([]);
  });

  test("have programs that compile", async () => {
    const compilerOptions = { typeRoots: [join(repository, "node_modules/@types")], noUnusedLocals: false };
    const include = ["*.ts", "products/*.ts"];
    const config = { extends: join(repository, "tsconfig.json"), compilerOptions, include, exclude: [] };
    await project.write("tsconfig.json", JSON.stringify(config));
    const tsc = join(repository, "node_modules/typescript/bin/tsc");
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch((error) => error);
    expect(stdout).toBe("");
  });

  test("show requests whose answers match the OpenAPI document", () => {
    expect(api.faults).toEqual([]);
    expect(api.answered.length).toBeGreaterThan(50);
  });

  test("are all in the index", async () => {
    const index = pageOf("README").text;
    for (const name of Object.keys(pages)) if (name !== "README") expect(index).toContain(`](${name}.md)`);
  });
});
