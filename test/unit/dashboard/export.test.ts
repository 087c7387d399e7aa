import papa from "papaparse";
import { csvOf, csvRows, fileNameOf, jsonLinesOf } from "../../../dashboard/src/pages/jobs/export-file.ts";
import {
  listTimeOf,
  missingFrom,
  mostExported,
  type Read,
  readList,
} from "../../../dashboard/src/pages/jobs/export-read.ts";
import type { JobPage, JobSummary } from "../../../sdk/src/index.ts";

const noon = Date.UTC(2030, 0, 31, 12);
const job = (job_id: string, more: Partial<JobSummary> = {}) =>
  ({
    job_id,
    status: "failed",
    event: "create_order",
    product_tag: "shop",
    env: "prd",
    scheduled_at: noon,
    due_at: noon,
    attempt: 2,
    retries: 3,
    ...more,
  }) as JobSummary;

const parsed = (csv: string) => papa.parse<string[]>(csv).data;

/** Texts that a table may break at, or that read as something else. */
const hostile = [
  'quotes " and "" and \'',
  "commas, and; semicolons",
  "lines\nof\r\ntwo kinds",
  "\u202egpj.exe\u2069",
  "\uffff\ufffe",
  "\u{1F986}\u200d\u{1F4E6} مرحبا",
  " spaces ",
  "<script>alert(1)</script>",
  "\u2028\u0000",
];
const formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=cmd|" /C calc"!A0\nmore', "＝1", "\n=1"];

describe("a file of jobs as CSV", () => {
  test.each(hostile)("has %j as it is", async (label) => {
    const rows = csvRows([job("job_1", { labels: [label] })], ["labels"], noon);
    expect(parsed(await csvOf(rows))).toEqual([
      ["job_id", "labels"],
      ["job_1", label],
    ]);
  });

  test.each(formulas)("has an apostrophe before %j, which a spreadsheet would run", async (reason) => {
    const rows = csvRows([job("job_1", { reason })], ["event"], noon);
    expect(parsed(await csvOf(rows))[1]).toEqual(["job_1", "create_order", "", `'${reason}`]);
  });

  test("has the id of each job, the columns that are shown, times in UTC and numbers as numbers", async () => {
    const done = job("job_1", {
      status: "completed",
      first_started_at: noon + 40,
      started_at: noon + 5_000,
      finished_at: noon + 5_250,
    });
    const rows = csvRows([done], ["status", "where", "planned", "started", "lateness", "duration", "attempts"], noon);
    expect(rows[0]?.join()).toBe(
      "job_id,status,product_tag,env,scheduled_at,started_at,lateness_ms,duration_ms,attempt,most_attempts",
    );
    expect(rows[1]).toEqual([
      ...["job_1", "completed", "shop", "prd", "2030-01-31T12:00:00.000Z", "2030-01-31T12:00:05.000Z"],
      ...[40, 250, 2, 4],
    ]);
    expect(await csvOf(rows)).toMatch(/^\ufeff"job_id",.*\r\n"job_1",.*,40,250,2,4$/);
  });

  test("of no job has its head", async () => {
    expect(parsed(await csvOf(csvRows([], ["status"], noon)))).toEqual([["job_id", "status"]]);
  });
});

test("a file of jobs as JSON Lines has each job on a line, with all that the list says", () => {
  const jobs = [...hostile, ...formulas, "\ud800"].map((label, i) => job(`job_${i}`, { labels: [label] }));
  const lines = jsonLinesOf(jobs).split("\n");
  expect(lines.pop()).toBe("");
  expect(lines.map((line) => JSON.parse(line))).toEqual(jobs);
});

test("a file is named by its time, and says that it is a part", () => {
  expect(fileNameOf("csv", noon, false)).toBe("jobs-2030-01-31T120000Z.csv");
  expect(fileNameOf("jsonl", noon, true)).toBe("jobs-2030-01-31T120000Z-part.jsonl");
});

describe("a list that is read for a file", () => {
  /** Pages by their cursors; the first has none. */
  const reading = (pages: Record<string, JobPage | Error>, more: { from?: Read; stopAfter?: number } = {}) => {
    const told: Read[] = [];
    const asked: string[] = [];
    const end = readList({
      page: async (cursor = "first") => {
        asked.push(cursor);
        const page = pages[cursor] ?? new Error(`There is no page ${cursor}.`);
        if (page instanceof Error) throw page;
        return page;
      },
      ...(more.from && { from: more.from }),
      isStopped: () => told.length >= (more.stopAfter ?? Number.POSITIVE_INFINITY),
      onRead: (read) => told.push(read),
    });
    return { end, asked, read: () => told.at(-1), ids: () => told.at(-1)?.jobs.map(({ job_id }) => job_id) };
  };
  const two = {
    first: { jobs: [job("a"), job("b")], next_cursor: "second" },
    second: { jobs: [job("b", { status: "running" }), job("c")] },
  };
  const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => job(`job_${from + i}`));

  test("is read to its end, each job once", async () => {
    const list = reading(two);
    expect(await list.end).toBe("all");
    expect(list.ids()).toEqual(["a", "b", "c"]);
  });

  test("goes on from where it was stopped", async () => {
    const stopped = reading(two, { stopAfter: 1 });
    expect(await stopped.end).toBe("stopped");
    const on = reading(two, { from: stopped.read() as Read });
    expect([await on.end, on.asked, on.ids()]).toEqual(["all", ["second"], ["a", "b", "c"]]);
  });

  test("keeps what was read before a page failed", async () => {
    const list = reading({ ...two, second: new Error("The API does not answer.") });
    await expect(list.end).rejects.toThrow("The API does not answer.");
    const on = reading(two, { from: list.read() as Read });
    expect([await on.end, on.ids()]).toEqual(["all", ["a", "b", "c"]]);
  });

  test("ends at the most that a file has, and says from when on jobs are missing", async () => {
    const last = job("last", { finished_at: noon - 1 });
    const list = reading({
      first: { jobs: many(0, mostExported - 1), next_cursor: "second" },
      second: { jobs: [last, job("left out", { finished_at: noon - 2 })] },
    });
    expect(await list.end).toBe("full");
    expect(list.ids()?.length).toBe(mostExported);
    expect(missingFrom(list.read() as Read, {})).toBe(noon - 1);
  });

  test("of exactly that many is whole", async () => {
    const list = reading({ first: { jobs: many(0, mostExported) } });
    expect(await list.end).toBe("all");
  });

  test("ends where twenty pages have no job, and says how far that was", async () => {
    const empty = Object.fromEntries(
      ["first", ...many(1, 30).map(({ job_id }) => job_id)].map((cursor, i) => [
        cursor,
        { jobs: i === 0 ? [job("a")] : [], next_cursor: `job_${i + 1}`, examined: 1_000, looked_back_to: noon - i },
      ]),
    );
    const list = reading(empty);
    expect(await list.end).toBe("few");
    expect(list.read()).toMatchObject({ searched: 21_000, jobs: [{ job_id: "a" }] });
    expect(missingFrom(list.read() as Read, {})).toBe(noon - 20);
  });
});

test("jobs are listed by their end, until then by when they are due, and with a value by when they were made", () => {
  const listed = [
    job("a", { finished_at: noon + 1 }),
    job("b", { status: "scheduled" }),
    job("c", { status: "paused", due_at: Number.MAX_SAFE_INTEGER }),
  ];
  expect(listed.map(listTimeOf)).toEqual([noon + 1, noon, undefined]);
  const read = { jobs: [job("a", { finished_at: noon + 1, created_at: noon - 1 })], searched: 1 };
  expect([missingFrom(read, {}), missingFrom(read, { where: { order: "A-17" } })]).toEqual([noon + 1, noon - 1]);
});
