import { Readable } from "node:stream";
import { beginningOf, type ImportPlace, lineId, reportFolder } from "../../../../lambdas/core/import-place.ts";
import { derivedJobId } from "../../../../lambdas/core/job-id.ts";
import { mostLines, runImport } from "../../../../lambdas/intake/import/run-import.ts";
import { noon } from "../../../support/builders.ts";
import { etagOf } from "../../../support/fakes/blob-store.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { type FakeIntake, intakeServices, order } from "../../../support/intake/services.ts";

const key = "imports/2030/orders.ndjson";
const later = noon + 40_000;
let services: FakeIntake;
beforeEach(() => {
  services = intakeServices();
});

/** Puts an object, and answers where its import begins. */
async function put(content: string | Uint8Array): Promise<ImportPlace> {
  const body = Buffer.from(content);
  await services.blobs.put(key, body, "application/x-ndjson");
  return beginningOf({ key, etag: etagOf(body), size: body.byteLength, put_at: noon });
}
const lines = (...requests: unknown[]) => requests.map((one) => `${JSON.stringify(one)}\n`).join("");
const jobOf = (place: ImportPlace, line: number) => derivedJobId("my-product", "prd", `s3:${lineId(place, line)}`);

function textOf(name: string, place: ImportPlace): string | undefined {
  const blob = services.blobs.blobs.get(reportFolder(place) + name);
  return blob && String(Buffer.from(blob.body));
}
const part = (place: ImportPlace, number = 1) =>
  textOf(`part-0000${number}.ndjson`, place)
    ?.trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const summary = (place: ImportPlace) => JSON.parse(textOf("summary.json", place) ?? "null");

/** Lets an import go on as its messages say, to its end; answers how many invocations that took. */
async function runToEnd(place: ImportPlace): Promise<number> {
  await runImport(services, place, later);
  for (let taken = 1; ; taken++) {
    const next = services.imports.sent.shift();
    if (!next) return taken;
    await runImport(services, next.place, later);
  }
}

test("each line is a job, or a fault in the report; neither blank lines nor bad ones hold up the others", async () => {
  const content = `${lines(order())}\n  \r\n{"env": \n${lines({ ...order(), event: "nothing" }, order({ idempotency_key: "mine" }))}`;
  const place = await put(content);
  expect(await runToEnd(place)).toBe(1);
  const mine = derivedJobId("my-product", "prd", "mine");
  expect(part(place)).toEqual([
    { line: 1, job_id: jobOf(place, 1) },
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
  ).toEqual([jobOf(place, 1), mine].sort());
  expect(services.queue.sent).toHaveLength(2);
  expect(summary(place)).toEqual({
    status: "finished",
    key,
    etag: place.etag,
    lines: 6,
    scheduled: 2,
    rejected: 2,
    parts: 1,
    finished_at: noon,
  });
});

test("a line keeps its characters, and one that is not UTF-8 is refused", async () => {
  const item = "é€😀漢字".repeat(5000);
  const bad = Buffer.concat([Buffer.from('{"env":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n')]);
  const place = await put(
    Buffer.concat([Buffer.from("\ufeff"), Buffer.from(lines(order({ input: { body: { item } } }))), bad]),
  );
  await runToEnd(place);
  const [input] = [...services.blobs.blobs].find(([name]) => name.startsWith(`inputs/${jobOf(place, 1)}/`)) ?? [];
  expect(input && JSON.parse(String(Buffer.from((await services.blobs.get(input)) ?? [])))).toEqual({ body: { item } });
  expect(part(place)?.[1]).toMatchObject({ line: 2, errors: [{ pointer: "", detail: "is not UTF-8" }] });
});

test("a line of 300 KB is taken, one of more than a megabyte is not", async () => {
  const sized = (bytes: number) => order({ input: { body: { notes: "n".repeat(bytes) } } });
  const place = await put(lines(sized(300_000), sized(1_100_000), order()));
  await runToEnd(place);
  expect(part(place)).toMatchObject([
    { job_id: jobOf(place, 1) },
    { line: 2, code: "PAYLOAD_TOO_LARGE" },
    { job_id: jobOf(place, 3) },
  ]);
});

test("a fault of ours in one line is in the report, and holds up no other", async () => {
  const place = await put(lines(order(), order(), order()));
  const { catalog } = services;
  let found = 0;
  const find: typeof catalog.find = (...where) => {
    if (++found === 2) throw new TypeError("s3cret");
    return catalog.find(...where);
  };
  services.catalog = { ...catalog, find };
  await runToEnd(place);
  expect(part(place)).toMatchObject([{ line: 1, job_id: jobOf(place, 1) }, { line: 2, code: "INTERNAL" }, { line: 3 }]);
  expect(textOf("part-00001.ndjson", place) + JSON.stringify(services.log.lines)).not.toContain("s3cret");
});

test("an empty object is an import of nothing", async () => {
  const place = await put("");
  expect(await runToEnd(place)).toBe(1);
  expect(summary(place)).toMatchObject({ status: "finished", lines: 0, scheduled: 0, rejected: 0, parts: 0 });
});

test("start_at 0 is when the object was put, however late its line is read", async () => {
  await services.clock.advance(30_000);
  await runToEnd(await put(lines(order())));
  expect(services.jobs.all()).toMatchObject([{ due_at: noon }]);
});

describe("an import that is done twice", () => {
  test("because its message came twice makes the same jobs and the same report", async () => {
    const place = await put(lines(order(), order(), { bad: 1 }));
    await runToEnd(place);
    const before = [services.jobs.all().map(({ id }) => id), textOf("part-00001.ndjson", place)];
    await runToEnd(place);
    expect([services.jobs.all().map(({ id }) => id), textOf("part-00001.ndjson", place)]).toEqual(before);
  });

  test("because the function crashed between storing and dispatching dispatches what was left", async () => {
    const place = await put(lines(order(), order()));
    const { sendMany } = services.queue;
    services.queue.sendMany = () => new Promise(() => {});
    void runImport(services, place, later);
    await services.clock.advance(1);
    expect(services.jobs.all()).toHaveLength(2);
    expect(services.queue.sent).toEqual([]);
    services.queue.sendMany = sendMany;
    await runToEnd(place);
    expect(services.jobs.all()).toHaveLength(2);
    expect(new Set(services.queue.sent.map(({ message }) => message.job_id)).size).toBe(2);
    expect(summary(place)).toMatchObject({ status: "finished", scheduled: 2 });
  });

  test("with other content under the same name makes other jobs", async () => {
    const first = await put(lines(order()));
    await runToEnd(first);
    await runToEnd(await put(lines(order(), order())));
    expect(services.jobs.all()).toHaveLength(3);
    expect(summary(first)).toMatchObject({ lines: 1 });
  });
});

test("an object that was replaced or deleted before its import began, or went on, ends it", async () => {
  const place = await put(lines(order()));
  await put(lines(order(), order()));
  expect(await runToEnd(place)).toBe(1);
  expect(summary(place)).toMatchObject({ status: "gone", lines: 0, scheduled: 0 });
  expect(services.jobs.all()).toEqual([]);
});

describe("an import that takes long", () => {
  const many = (count: number) => lines(...Array.from({ length: count }, (_, i) => order({ input: { body: { i } } })));

  test("stops when its time is over and goes on by a message from the byte that it has come to", async () => {
    const place = await put(many(250));
    await services.clock.advance(60_000);
    await runImport(services, place, later);
    expect(services.imports.sent).toMatchObject([
      { place: { lines: 100, parts: 1, scheduled: 100, rejected: 0 }, delaySeconds: 0 },
    ]);
    const next = services.imports.sent.shift()?.place as ImportPlace;
    expect(await runToEnd(next)).toBe(2);
    expect(services.jobs.all()).toHaveLength(250);
    expect(summary(place)).toMatchObject({ lines: 250, scheduled: 250, parts: 3 });
    expect([1, 2, 3].flatMap((number) => part(place, number)).map(({ line }) => line)).toEqual(
      Array.from({ length: 250 }, (_, i) => i + 1),
    );
  });

  test("keeps what was done when AWS is out of capacity, and goes on a little later", async () => {
    const place = await put(many(250));
    const { create } = services.jobs;
    let left = 150;
    services.jobs.create = async (job) => {
      if (left <= 0) throw throttled();
      left--;
      return create(job);
    };
    const running = runImport(services, place, later);
    await services.clock.advance(20_000);
    await running;
    expect(services.imports.sent).toMatchObject([{ place: { lines: 100, scheduled: 100 }, delaySeconds: 30 }]);
    services.jobs.create = create;
    await runToEnd(services.imports.sent.shift()?.place as ImportPlace);
    expect(services.jobs.all()).toHaveLength(250);
    expect(summary(place)).toMatchObject({ lines: 250, scheduled: 250, rejected: 0 });
  });

  test("tries what AWS had no capacity for again before that", async () => {
    const place = await put(many(10));
    const { create } = services.jobs;
    let failures = 15;
    services.jobs.create = async (job) => {
      if (failures-- > 0) throw throttled();
      return create(job);
    };
    const running = runImport(services, place, later);
    await services.clock.advance(20_000);
    await running;
    expect(summary(place)).toMatchObject({ status: "finished", scheduled: 10, rejected: 0 });
  });

  test("comes again as the same message if nothing could be done at all", async () => {
    const place = await put(many(1));
    services.jobs.create = async () => {
      throw throttled();
    };
    const running = expect(runImport(services, place, later)).rejects.toThrow("AWS took some lines");
    await services.clock.advance(20_000);
    await running;
    expect(services.imports.sent).toEqual([]);
    expect(summary(place)).toBeNull();
  });

  test("keeps what was read when the object's stream breaks off", async () => {
    const content = many(250);
    const place = await put(content);
    const { stream } = services.blobs;
    services.blobs.stream = async () => ({
      bytes: place.size,
      body: Readable.from(
        (function* () {
          yield Buffer.from(content.slice(0, content.length - 500));
          throw new Error("socket hang up");
        })(),
      ),
    });
    await runImport(services, place, later);
    const [next] = services.imports.sent;
    expect(next).toMatchObject({ place: { lines: 200 }, delaySeconds: 30 });
    services.blobs.stream = stream;
    await runToEnd(services.imports.sent.shift()?.place as ImportPlace);
    expect(services.jobs.all()).toHaveLength(250);
  });

  test("of 100,000 lines is done in bounded steps, and never reads far ahead of AWS", async () => {
    const count = 100_000;
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
    const place = beginningOf({ key, etag: "abc", size: count * bytes, put_at: noon });
    expect([await runToEnd(place), created]).toEqual([count / mostLines, count]);
    expect(ahead).toBeLessThan(250);
    expect(summary(place)).toMatchObject({ status: "finished", lines: count, scheduled: count, parts: 10 });
  }, 120_000);
});
