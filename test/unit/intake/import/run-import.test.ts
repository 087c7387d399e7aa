import { Readable } from "node:stream";
import { firstCursor, type ImportCursor, lineId, reportFolder } from "../../../../lambdas/core/job/import-cursor.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { derivedJobId } from "../../../../lambdas/core/job/job-id.ts";
import { mostLines, runImport } from "../../../../lambdas/intake/import/run-import.ts";
import { noon } from "../../../support/builders.ts";
import { etagOf } from "../../../support/fakes/blob-store.ts";
import { denied, refusedForGood, throttled } from "../../../support/fakes/failures.ts";
import { type FakeIntake, intakeServices, order } from "../../../support/intake/services.ts";

const key = "imports/2030/orders.ndjson";
const later = noon + 40_000;
let services: FakeIntake;
beforeEach(() => {
  services = intakeServices();
});

/** Puts an object and answers the cursor at its beginning. */
async function put(content: string | Uint8Array): Promise<ImportCursor> {
  const body = Buffer.from(content);
  await services.blobs.put(key, body, "application/x-ndjson");
  return firstCursor({ key, etag: etagOf(body), size: body.byteLength, put_at: noon });
}
const lines = (...requests: unknown[]) => requests.map((one) => `${JSON.stringify(one)}\n`).join("");
const jobOf = (cursor: ImportCursor, line: number) => derivedJobId("my-product", "prd", `s3:${lineId(cursor, line)}`);

function textOf(name: string, cursor: ImportCursor): string | undefined {
  const blob = services.blobs.blobs.get(reportFolder(cursor) + name);
  return blob && String(Buffer.from(blob.body));
}
/** The names of the parts of a report, in the order in which `cat part-*` reads them. */
const partsOf = (cursor: ImportCursor): string[] =>
  [...services.blobs.blobs.keys()]
    .filter((name) => name.startsWith(`${reportFolder(cursor)}part-`))
    .map((name) => name.slice(reportFolder(cursor).length))
    .sort();
const reportOf = (cursor: ImportCursor) =>
  partsOf(cursor).flatMap((name) =>
    (textOf(name, cursor) ?? "")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );
const summary = (cursor: ImportCursor) => JSON.parse(textOf("summary.json", cursor) ?? "null");

/** Runs an import and the messages that continue it, to the end. Answers how many invocations that took. */
async function runToEnd(cursor: ImportCursor): Promise<number> {
  await runImport(services, cursor, later);
  for (let invocations = 1; ; invocations++) {
    const next = services.imports.sent.shift();
    if (!next) return invocations;
    await runImport(services, next.cursor, later);
  }
}

test("a line of an import may have Ductape's spellings", async () => {
  const theirs = { env: "prd", product: "my-product", event: "shop:create_order", input: { "body:sku": "A-1" } };
  const cursor = await put(lines(theirs, { ...theirs, retryConfig: { maxDelay: -1 } }));
  expect(await runToEnd(cursor)).toBe(1);
  expect(services.jobs.all()).toMatchObject([{ event: "create_order", input: { inline: { body: { sku: "A-1" } } } }]);
  expect(reportOf(cursor)).toMatchObject([
    { line: 1, job_id: jobOf(cursor, 1) },
    { line: 2, errors: [{ pointer: "/retryConfig/maxDelay" }] },
  ]);
});

test("a byte order mark on a line of its own is a blank line", async () => {
  const cursor = await put(`\ufeff\r\n${lines(order())}`);
  expect(await runToEnd(cursor)).toBe(1);
  expect(reportOf(cursor)).toEqual([{ line: 2, job_id: jobOf(cursor, 2) }]);
});

test("a line of an import with a field __proto__ is refused, as over HTTP", async () => {
  const cursor = await put(`${lines(order())}{"__proto__": {"env": "prd"}}\n`);
  expect(await runToEnd(cursor)).toBe(1);
  const detail = "has a field named __proto__, or constructor with a prototype";
  expect(reportOf(cursor)).toMatchObject([
    { job_id: jobOf(cursor, 1) },
    { line: 2, errors: [{ pointer: "", detail }] },
  ]);
});

test("each line of an import becomes a job or a fault in the report", async () => {
  const content = `${lines(order())}\n  \r\n{"env": \n${lines({ ...order(), event: "nothing" }, order({ idempotency_key: "mine" }))}`;
  const cursor = await put(content);
  expect(await runToEnd(cursor)).toBe(1);
  const mine = derivedJobId("my-product", "prd", "mine");
  expect(reportOf(cursor)).toEqual([
    { line: 1, job_id: jobOf(cursor, 1) },
    { line: 4, code: "INVALID_REQUEST", detail: expect.any(String), errors: [{ pointer: "", detail: "is not JSON" }] },
    {
      line: 5,
      code: "EVENT_NOT_FOUND",
      detail: expect.any(String),
      errors: [{ pointer: "/event", detail: expect.any(String) }],
    },
    { line: 6, job_id: mine },
  ]);
  expect(
    services.jobs
      .all()
      .map(({ id }) => id)
      .sort(),
  ).toEqual([jobOf(cursor, 1), mine].sort());
  expect(services.queue.sent).toHaveLength(2);
  expect(summary(cursor)).toEqual({
    status: "finished",
    key,
    etag: cursor.etag,
    // Six, two of which are blank.
    lines: 4,
    scheduled: 2,
    rejected: 2,
    parts: 1,
    finished_at: noon,
  });
});

test("a line of an import keeps its characters, and must be UTF-8", async () => {
  const item = "é€😀漢字".repeat(5000);
  const bad = Buffer.concat([Buffer.from('{"env":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n')]);
  const cursor = await put(
    Buffer.concat([Buffer.from("\ufeff"), Buffer.from(lines(order({ input: { body: { item } } }))), bad]),
  );
  await runToEnd(cursor);
  const [input] = [...services.blobs.blobs].find(([name]) => name.startsWith(`inputs/${jobOf(cursor, 1)}/`)) ?? [];
  expect(input && JSON.parse(String(Buffer.from((await services.blobs.get(input)) ?? [])))).toEqual({ body: { item } });
  expect(reportOf(cursor)[1]).toMatchObject({ line: 2, errors: [{ pointer: "", detail: "is not UTF-8" }] });
});

test("a line of an import may have 300 KB, and not a megabyte", async () => {
  const sized = (bytes: number) => order({ input: { body: { notes: "n".repeat(bytes) } } });
  const cursor = await put(lines(sized(300_000), sized(1_100_000), order()));
  await runToEnd(cursor);
  expect(reportOf(cursor)).toMatchObject([
    { job_id: jobOf(cursor, 1) },
    { line: 2, code: "PAYLOAD_TOO_LARGE" },
    { job_id: jobOf(cursor, 3) },
  ]);
});

test("a fault of ours in one line is reported and affects no other", async () => {
  const cursor = await put(lines(order(), order(), order()));
  const { catalog } = services;
  let found = 0;
  const find: typeof catalog.find = (...where) => {
    if (++found === 2) throw new TypeError("s3cret");
    return catalog.find(...where);
  };
  services.catalog = { ...catalog, find };
  await runToEnd(cursor);
  expect(reportOf(cursor)).toMatchObject([
    { line: 1, job_id: jobOf(cursor, 1) },
    { line: 2, code: "INTERNAL" },
    { line: 3 },
  ]);
  expect(JSON.stringify([reportOf(cursor), services.log.lines])).not.toContain("s3cret");
});

describe("a line that is refused", () => {
  const start = () => put(lines(...Array.from({ length: 250 }, (_, i) => order({ labels: [`line ${i + 1}`] }))));
  const isLine = ({ labels }: Job, ...numbers: number[]) => numbers.some((number) => labels?.[0] === `line ${number}`);

  test("permanently by AWS is reported with the reason, and the import continues", async () => {
    const { create } = services.jobs;
    services.jobs.create = async (job) =>
      isLine(job, 7, 120) ? Promise.reject(refusedForGood("s3cret")) : create(job);
    const imported = await start();
    await runToEnd(imported);
    const refused = reportOf(imported).filter(({ code }) => code);
    expect(refused).toMatchObject([7, 120].map((line) => ({ line, code: "INVALID_REQUEST" })));
    expect(refused[0]?.detail).toContain("ValidationException");
    expect(summary(imported)).toMatchObject({ status: "finished", lines: 250, scheduled: 248, rejected: 2 });
    expect(services.log.lines.flatMap(({ measured }) => measured ?? [])).toEqual(
      Array(2).fill({ values: { set_aside: 1 } }),
    );
    expect(JSON.stringify([refused, services.log.lines])).not.toContain("s3cret");
  });

  test("because of a fault of ours is reported after another try", async () => {
    const { create } = services.jobs;
    services.jobs.create = async (job) => (isLine(job, 7) ? Promise.reject(new TypeError("s3cret")) : create(job));
    const imported = await start();
    const running = runToEnd(imported);
    await services.clock.advance(500);
    await running;
    expect(reportOf(imported).filter(({ code }) => code)).toMatchObject([{ line: 7, code: "INTERNAL" }]);
    expect(summary(imported)).toMatchObject({ status: "finished", lines: 250, scheduled: 249, rejected: 1 });
  });

  test("with all the others waits until the cause is fixed", async () => {
    const { create } = services.jobs;
    const imported = await start();
    services.jobs.create = async () => Promise.reject(denied());
    const failing = expect(runImport(services, imported, later)).rejects.toThrow("failed at every try");
    await services.clock.advance(20_000);
    await failing;
    expect([partsOf(imported), summary(imported)]).toEqual([[], null]);
    services.jobs.create = create;
    await runToEnd(imported);
    expect(summary(imported)).toMatchObject({ status: "finished", scheduled: 250, rejected: 0 });
  });
});

describe("a stream that is not the expected rest of an object", () => {
  const content = lines(...Array.from({ length: 250 }, (_, i) => order({ input: { body: { i } } })));

  test.each([
    ["the whole object again", content, content.length],
    ["more than it announced", content, undefined],
    ["less than it announced", content.slice(-1000), undefined],
  ])("is never the end of an import: %s", async (_what, given, bytes) => {
    const cursor = await put(content);
    await services.clock.advance(60_000);
    await runImport(services, cursor, later);
    const next = services.imports.sent.shift()?.cursor as ImportCursor;
    services.blobs.stream = async (_key, { from } = { from: 0, etag: "" }) => ({
      bytes: bytes ?? cursor.size - from,
      body: Readable.from([Buffer.from(given)]),
    });
    const before = services.jobs.all().length;
    const outcome = await runImport(services, next, later + 60_000).catch(() => "failed");
    expect(summary(cursor)).toBeNull();
    const [after] = services.imports.sent;
    expect(outcome === "failed" || (after?.delaySeconds === 30 && after.cursor.offset < cursor.size)).toBe(true);
    expect(services.jobs.all().length).toBeGreaterThanOrEqual(before);
  });

  test("is never read from a cursor beyond the end of the object", async () => {
    const cursor = await put(content);
    await expect(runImport(services, { ...cursor, offset: cursor.size + 1 }, later)).rejects.toThrow("cannot continue");
    expect([summary(cursor), services.imports.sent]).toEqual([null, []]);
  });
});

test.each([
  ["of 1024 bytes", `imports/${"k".repeat(1016)}`],
  ["of 1024 bytes, mostly in multi-byte characters", `imports/${"é".repeat(507)}/b`],
  ["of 980 bytes", `imports/${"k".repeat(972)}`],
])("an object with a key %s has a report under valid keys that no other object shares", (_what, long) => {
  const folder = reportFolder({ key: long, etag: "e".repeat(38) });
  const name = "part-000000000001-000000010000.ndjson";
  expect(Buffer.byteLength(folder + name)).toBeLessThanOrEqual(1024);
  expect(folder).not.toContain("\ufffd");
  expect(folder).not.toBe(reportFolder({ key: `${long.slice(0, -1)}x`, etag: "e".repeat(38) }));
});

test("the folder of a report has the path of its object if that fits", () => {
  expect(reportFolder({ key: "imports/2030/a b.ndjson", etag: "abc-2" })).toBe("import-reports/2030/a b.ndjson/abc-2/");
});

test("an empty object is an import without lines", async () => {
  const cursor = await put("");
  expect(await runToEnd(cursor)).toBe(1);
  expect(summary(cursor)).toMatchObject({ status: "finished", lines: 0, scheduled: 0, rejected: 0, parts: 0 });
});

test("start_at 0 in a line means when its object was uploaded", async () => {
  await services.clock.advance(30_000);
  await runToEnd(await put(lines(order())));
  expect(services.jobs.all()).toMatchObject([{ due_at: noon }]);
});

describe("an import that runs twice", () => {
  test("after a duplicate message makes the same jobs and the same report", async () => {
    const cursor = await put(lines(order(), order(), { bad: 1 }));
    await runToEnd(cursor);
    const before = [services.jobs.all().map(({ id }) => id), reportOf(cursor)];
    await runToEnd(cursor);
    expect([services.jobs.all().map(({ id }) => id), reportOf(cursor)]).toEqual(before);
  });

  test("after a crash between storing and dispatching dispatches the rest", async () => {
    const cursor = await put(lines(order(), order()));
    const { sendMany } = services.queue;
    services.queue.sendMany = () => new Promise(() => {});
    void runImport(services, cursor, later);
    await services.clock.advance(1);
    expect(services.jobs.all()).toHaveLength(2);
    expect(services.queue.sent).toEqual([]);
    services.queue.sendMany = sendMany;
    await runToEnd(cursor);
    expect(services.jobs.all()).toHaveLength(2);
    expect(new Set(services.queue.sent.map(({ message }) => message.job_id)).size).toBe(2);
    expect(summary(cursor)).toMatchObject({ status: "finished", scheduled: 2 });
  });

  test("in two deliveries that stop at different lines reports every line", async () => {
    const cursor = await put(lines(...Array.from({ length: 450 }, (_, i) => order({ input: { body: { i } } }))));
    // One delivery runs out of time after every 100 lines, the other after every 200.
    const step = async (from: ImportCursor, most: number) => {
      let lines = 0;
      const create: typeof services.jobs.create = (job) => {
        lines++;
        return services.jobs.create(job);
      };
      const clock = { ...services.clock, now: () => (lines >= most ? later : noon) };
      await runImport({ ...services, clock, jobs: { ...services.jobs, create } }, from, later);
      return services.imports.sent.shift()?.cursor;
    };
    const reached: Record<number, ImportCursor | undefined> = { 100: cursor, 200: cursor };
    for (const most of [200, 100, 100, 100, 100, 100, 200, 200]) {
      reached[most] = await step(reached[most] as ImportCursor, most);
    }
    expect(reached).toEqual({ 100: undefined, 200: undefined });
    const reported = new Set(reportOf(cursor).map(({ line }) => line));
    expect(reported).toEqual(new Set(Array.from({ length: 450 }, (_, i) => i + 1)));
    expect(services.jobs.all()).toHaveLength(450);
    expect(summary(cursor)).toMatchObject({ status: "finished", lines: 450, scheduled: 450, parts: 3 });
  });

  test("with different content under the same name makes different jobs", async () => {
    const first = await put(lines(order()));
    await runToEnd(first);
    await runToEnd(await put(lines(order(), order())));
    expect(services.jobs.all()).toHaveLength(3);
    expect(summary(first)).toMatchObject({ lines: 1 });
  });
});

test("an import ends if its object has been replaced or deleted", async () => {
  const cursor = await put(lines(order()));
  await put(lines(order(), order()));
  expect(await runToEnd(cursor)).toBe(1);
  expect(summary(cursor)).toMatchObject({ status: "gone", lines: 0, scheduled: 0 });
  expect(services.jobs.all()).toEqual([]);
});

describe("an import that takes long", () => {
  const many = (count: number) => lines(...Array.from({ length: count }, (_, i) => order({ input: { body: { i } } })));

  test("stops in time, and continues from the byte that it reached", async () => {
    const cursor = await put(many(250));
    await services.clock.advance(60_000);
    await runImport(services, cursor, later);
    expect(services.imports.sent).toMatchObject([
      { cursor: { lines: 100, parts: 1, scheduled: 100, rejected: 0 }, delaySeconds: 0 },
    ]);
    const next = services.imports.sent.shift()?.cursor as ImportCursor;
    expect(await runToEnd(next)).toBe(2);
    expect(services.jobs.all()).toHaveLength(250);
    expect(summary(cursor)).toMatchObject({ lines: 250, scheduled: 250, parts: 3 });
    expect(partsOf(cursor)).toEqual([
      "part-000000000001-000000000100.ndjson",
      "part-000000000101-000000000200.ndjson",
      "part-000000000201-000000000250.ndjson",
    ]);
    expect(reportOf(cursor).map(({ line }) => line)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
  });

  test("keeps what was done when AWS is out of capacity", async () => {
    const cursor = await put(many(250));
    const { create } = services.jobs;
    let left = 150;
    services.jobs.create = async (job) => {
      if (left <= 0) throw throttled();
      left--;
      return create(job);
    };
    const running = runImport(services, cursor, later);
    await services.clock.advance(20_000);
    await running;
    expect(services.imports.sent).toMatchObject([{ cursor: { lines: 100, scheduled: 100 }, delaySeconds: 30 }]);
    services.jobs.create = create;
    await runToEnd(services.imports.sent.shift()?.cursor as ImportCursor);
    expect(services.jobs.all()).toHaveLength(250);
    expect(summary(cursor)).toMatchObject({ lines: 250, scheduled: 250, rejected: 0 });
  });

  test("first retries what AWS had no capacity for", async () => {
    const cursor = await put(many(10));
    const { create } = services.jobs;
    let failures = 15;
    services.jobs.create = async (job) => {
      if (failures-- > 0) throw throttled();
      return create(job);
    };
    const running = runImport(services, cursor, later);
    await services.clock.advance(20_000);
    await running;
    expect(summary(cursor)).toMatchObject({ status: "finished", scheduled: 10, rejected: 0 });
  });

  test("is redelivered as the same message if it made no progress", async () => {
    const cursor = await put(many(1));
    services.jobs.create = async () => {
      throw throttled();
    };
    const running = expect(runImport(services, cursor, later)).rejects.toThrow("failed at every try");
    await services.clock.advance(20_000);
    await running;
    expect(services.imports.sent).toEqual([]);
    expect(summary(cursor)).toBeNull();
  });

  test("keeps what was read when the object's stream breaks off", async () => {
    const content = many(250);
    const cursor = await put(content);
    const { stream } = services.blobs;
    services.blobs.stream = async () => ({
      bytes: cursor.size,
      body: Readable.from(
        (function* () {
          yield Buffer.from(content.slice(0, content.length - 500));
          throw new Error("socket hang up");
        })(),
      ),
    });
    await runImport(services, cursor, later);
    const [next] = services.imports.sent;
    expect(next).toMatchObject({ cursor: { lines: 200 }, delaySeconds: 30 });
    services.blobs.stream = stream;
    await runToEnd(services.imports.sent.shift()?.cursor as ImportCursor);
    expect(services.jobs.all()).toHaveLength(250);
  });

  test("of 30,000 lines runs in bounded steps", async () => {
    const count = 30_000;
    const line = (i: number) => lines(order({ input: { body: { i: String(i).padStart(6, "0") } } }));
    const bytes = line(0).length;
    let [read, created, ahead] = [0, 0, 0];
    services.blobs.stream = async (_key, { from } = { from: 0, etag: "" }) => {
      read = from / bytes;
      const body = Readable.from(
        (function* () {
          for (; read < count; read++) yield Buffer.from(line(read));
        })(),
      );
      return { bytes: count * bytes - from, body };
    };
    services.jobs.create = async () => {
      ahead = Math.max(ahead, read - created);
      created++;
      return { outcome: "created" };
    };
    services.queue.sendMany = async () => [];
    const cursor = firstCursor({ key, etag: "abc", size: count * bytes, put_at: noon });
    expect([await runToEnd(cursor), created]).toEqual([count / mostLines, count]);
    expect(ahead).toBeLessThan(250);
    expect(summary(cursor)).toMatchObject({ status: "finished", lines: count, scheduled: count, parts: 3 });
  }, 120_000);
});
