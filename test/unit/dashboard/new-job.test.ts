import { requestAgain } from "../../../dashboard/src/pages/new-job/again.ts";
import { codesOf } from "../../../dashboard/src/pages/new-job/codes.ts";
import { draftOf, emptyDraft, lengthOf, requestOf } from "../../../dashboard/src/pages/new-job/draft.ts";
import { changedAt, parseKeeping, tryParse, written } from "../../../dashboard/src/pages/new-job/exact.ts";
import { faultAt, inputFaults } from "../../../dashboard/src/pages/new-job/faults.ts";
import { placeOf, placesOf } from "../../../dashboard/src/pages/new-job/json-places.ts";
import { scheduling } from "../../../dashboard/src/pages/new-job/scheduling.ts";
import type { Job } from "../../../sdk/src/answers.ts";

const place = { product_tag: "shop", env: "prd", event: "order" };
const draft = emptyDraft("Europe/Berlin");

describe("the request of a draft", () => {
  test("has no field that was left empty", () => {
    expect(requestOf(place, draft, { a: 1 })).toEqual({ ...place, input: { a: 1 } });
  });

  test("has the start with the offset of its zone", () => {
    const request = requestOf(place, { ...draft, when: "at", at: "2030-07-01T09:00" }, {});
    expect(request.start_at).toBe("2030-07-01T09:00:00+02:00");
  });

  test("has a series by cron in its zone, and by interval in milliseconds", () => {
    expect(requestOf(place, { ...draft, when: "cron", cron: " 0 9 * * * " }, {}).repeat).toEqual({
      cron: "0 9 * * *",
      tz: "Europe/Berlin",
    });
    const every = { ...draft, when: "every" as const, every: "1.5", unit: "hours" as const, limit: "3" };
    expect(requestOf(place, { ...every, overlap: "queue" }, {}).repeat).toEqual({
      every: 5_400_000,
      limit: 3,
      overlap: "queue",
    });
  });

  test("keeps what is no number for the API to refuse", () => {
    const request = requestOf(place, { ...draft, retries: "many", timeout: "2.5", labels: " a, ,b " }, {});
    expect(request).toMatchObject({ retries: "many", timeout_ms: 2_500, labels: ["a", "b"] });
  });

  test("shares a job only if that is chosen", () => {
    const filled = { ...draft, shareKey: "C-7", delay: " 30s ", maxWait: "", onConflict: "replace" as const };
    const shared = ({ debounce, unique }: Record<string, unknown>) => ({ debounce, unique });
    expect(shared(requestOf(place, filled, {}))).toEqual({});
    expect(shared(requestOf(place, { ...filled, share: "debounce" }, {}))).toEqual({
      debounce: { key: "C-7", delay: "30s" },
    });
    expect(shared(requestOf(place, { ...filled, share: "unique" }, {}))).toEqual({
      unique: { key: "C-7", on_conflict: "replace" },
    });
    expect(shared(requestOf(place, { ...draft, share: "unique" }, {}))).toEqual({ unique: {} });
  });

  test("has the session as typed, even a part of it", () => {
    const session = (typed: object) => requestOf(place, { ...draft, ...typed }, {}).session;
    expect(session({})).toBeUndefined();
    expect(session({ sessionTag: "customer", sessionToken: " ey.a.b \n" })).toEqual({
      tag: "customer",
      token: "ey.a.b",
    });
    expect(session({ sessionToken: "ey.a.b" })).toEqual({ tag: "", token: "ey.a.b" });
  });

  test("does not expire where it recurs", () => {
    const expires = "2030-01-01T00:00";
    expect(requestOf(place, { ...draft, expires }, {}).expires_at).toBe("2030-01-01T00:00:00+01:00");
    expect(requestOf(place, { ...draft, expires, when: "cron" }, {})).not.toHaveProperty("expires_at");
  });
});

test("a repeated request asks for a new token of the same session", () => {
  const job = {
    ...place,
    status: "completed",
    due_at: 0,
    retries: 2,
    timeout_ms: 1_500,
    cache: "prices",
    session: { tag: "customer" },
  };
  expect(draftOf(job as Job, "{}", "UTC", 1)).toMatchObject({
    cache: "prices",
    sessionTag: "customer",
    sessionToken: "",
  });
});

test("a request whose answer was lost makes no second job when it is sent again", () => {
  expect(scheduling(place, "one")).toMatchObject({ body: place, headers: { "idempotency-key": "one" } });
  expect(scheduling({ ...place, idempotency_key: "mine" }, "one").headers).toEqual({});
});

describe("a repeated request of", () => {
  const job = {
    ...place,
    status: "completed",
    scheduled_at: 0,
    retries: 2,
    timeout_ms: 1_500,
    labels: ["a", "b"],
  } as Job;

  test("a job of the past starts now, with its options", () => {
    expect(draftOf(job, "{}", "UTC", 1_000)).toMatchObject({
      when: "now",
      retries: "2",
      timeout: "1.5",
      labels: "a, b",
    });
  });

  test("a unique job keeps its key, unless only its hash is known", () => {
    const again = (key: string) => draftOf({ ...job, unique: { key } }, "{}", "UTC", 0);
    expect(again("C-7")).toMatchObject({ share: "unique", shareKey: "C-7" });
    expect(again(`sha256-${"x".repeat(43)}`)).toMatchObject({ share: "unique", shareKey: "" });
  });

  test("a job of the future keeps its time, and a series its rule and zone", () => {
    const later = { ...job, status: "scheduled" as const, scheduled_at: Date.UTC(2030, 0, 1, 12) };
    expect(draftOf(later, "{}", "Europe/Berlin", 0)).toMatchObject({ when: "at", at: "2030-01-01T13:00" });
    const repeat = { cron: "0 9 * * *", tz: "Asia/Tokyo", anchor: 0, overlap: "queue" as const };
    expect(draftOf({ ...job, repeat }, "{}", "UTC", 0)).toMatchObject({
      when: "cron",
      cron: "0 9 * * *",
      zone: "Asia/Tokyo",
      overlap: "queue",
    });
  });

  test.each([
    [5_000, "5", "seconds"],
    [90_000, "90", "seconds"],
    [7_200_000, "2", "hours"],
    [1_500, "1.5", "seconds"],
  ])("the interval %d ms is %s %s", (ms, every, unit) => {
    expect(lengthOf(ms)).toEqual({ every, unit });
  });
});

describe("JSON of the input", () => {
  test("keeps every digit of a large number", () => {
    expect(JSON.stringify(parseKeeping('{"id":12345678901234567890,"n":1.5}'))).toBe(
      '{"id":12345678901234567890,"n":1.5}',
    );
  });

  test("is changed along a path, and may remove emptied objects", () => {
    expect(changedAt({ a: { b: 1 }, c: 2 }, ["a", "b"], 3)).toEqual({ a: { b: 3 }, c: 2 });
    expect(changedAt({}, ["a", "b"], 3)).toEqual({ a: { b: 3 } });
    expect(changedAt({ a: { b: 1 } }, ["a", "b"], undefined)).toEqual({ a: {} });
    expect(changedAt({ a: 1, b: 2 }, ["a"], undefined)).toEqual({ b: 2 });
  });

  test("may be unfinished", () => {
    expect(tryParse('{"a":')).toBeUndefined();
    expect(written(undefined)).toBe("");
  });
});

describe("the place of a fault in JSON", () => {
  const text = '{\n  "a/b": [1, {"c": "x,}"}],\n  "d": true\n}';
  const at = (pointer: string) => {
    const { from, to } = placeOf(placesOf(text), pointer);
    return text.slice(from, to);
  };

  test.each([
    ["/a~1b/0", "1"],
    ["/a~1b/1", '{"c": "x,}"}'],
    ["/a~1b/1/c", '"x,}"'],
    ["/d", "true"],
    ["/d/missing", "t"],
    ["/missing", "{"],
    ["", text],
  ])("%s", (pointer, found) => {
    expect(at(pointer)).toBe(found);
  });

  test("text that is no JSON has places as far as it goes", () => {
    expect(placeOf(placesOf(""), "/a")).toEqual({ from: 0, to: 0 });
    expect(placesOf('{"a": 1, "b"').has("/a")).toBe(true);
  });
});

describe("the faults of a draft", () => {
  const faults = [
    { pointer: "/input", detail: "needs a or b" },
    { pointer: "/input/a/0", detail: "must be text" },
    { pointer: "/inputs", detail: "is unknown" },
    { pointer: "/env", detail: "is unknown" },
  ];

  test("of the input have pointers into it", () => {
    expect(inputFaults(faults).map(({ pointer }) => pointer)).toEqual(["", "/a/0"]);
  });

  test("are shown at their field, or at the nearest that is visible", () => {
    const own = inputFaults(faults);
    expect(faultAt(own, "")).toBe("needs a or b");
    expect(faultAt(own, "/a")).toBeUndefined();
    expect(faultAt(own, "/a", true)).toBe("0 must be text");
  });
});

describe("the code of a request", () => {
  const request = { ...place, input: { name: "it's" } };

  test("keeps its quotes in a shell", () => {
    expect(codesOf(request, "http://x").curl).toContain(String.raw`"it'\''s"`);
    expect(codesOf(request, "http://x").CLI).toBe(
      ["npx ductape-jobs schedule order", "--product shop", "--env prd", String.raw`--input '{"name":"it'\''s"}'`].join(
        " \\\n  ",
      ),
    );
  });

  test("for the command line has an option for each field", () => {
    const repeat = { cron: "0 9 * * *", tz: "Europe/Berlin", limit: 3 };
    const more = { repeat, retries: 0, timeout_ms: 1_500, labels: ["vip", "a b"], priority: -5, fairness_key: "$x" };
    const { CLI = "" } = codesOf({ ...request, start_at: "2030-07-01T09:00:00+02:00", ...more }, "http://x");
    expect(CLI.split(" \\\n  ").slice(4)).toEqual([
      "--at 2030-07-01T09:00:00+02:00",
      "--retries 0",
      "--timeout 1500ms",
      "--label vip",
      "--label 'a b'",
      "--priority -5",
      "--fairness-key '$x'",
      "--cron '0 9 * * *'",
      "--tz Europe/Berlin",
      "--runs 3",
    ]);
    expect(codesOf({ ...request, repeat: { every: 90_000 } }, "http://x").CLI).toContain("--every 90s");
  });

  test("shows what is unseen in an input as JSON escapes it", () => {
    const codes = codesOf({ ...place, input: { file: "photo\u202egpj.exe" } }, "http://x");
    expect(Object.keys(codes)).toHaveLength(3);
    expect(Object.values(codes).filter((code) => !code.includes("photo\\u202egpj.exe"))).toEqual([]);
  });

  test.each<[name: string, field: Record<string, unknown>]>([
    ["a unique key", { unique: { key: "a" } }],
    ["an overlap", { repeat: { every: 5_000, overlap: "queue" } }],
    ["no input", { input: undefined }],
    ["a label that hides something", { labels: ["\u202eva"] }],
  ])("has none for the command line with %s, which that cannot say", (_, field) => {
    expect(Object.keys(codesOf({ ...request, ...field }, "http://x"))).toEqual(["curl", "SDK"]);
  });
});

describe("the request that made a job", () => {
  const job = {
    ...place,
    ...{ status: "completed", scheduled_at: 0, retries: 2, timeout_ms: 1_500, labels: ["vip"], priority: 7 },
  } as unknown as Job;

  test("has its event, input and options, and starts now", () => {
    expect(requestAgain(job, '{"id":12345678901234567890}', "UTC", 1)).toEqual({
      request: {
        ...place,
        ...{ input: parseKeeping('{"id":12345678901234567890}'), retries: 2, timeout_ms: 1_500, labels: ["vip"] },
        priority: 7,
      },
      missing: [],
    });
  });

  test("has no input where that is not known", () => {
    expect(requestAgain(job, undefined, "UTC", 1).request).not.toHaveProperty("input");
  });

  test("ends a series by cron in UTC when that one ends, whatever the viewer's zone", () => {
    const end_date = Date.UTC(2030, 5, 30, 12);
    const repeat = { cron: "0 9 * * *", anchor: 0, overlap: "skip" as const, end_date };
    const { request } = requestAgain({ ...job, repeat }, "{}", "America/New_York", 1);
    expect(request.repeat).toEqual({ cron: "0 9 * * *", end_date: "2030-06-30T12:00:00Z" });
  });

  test("has all that a series has beside its rule", () => {
    const kept = { missed: "skip" as const, max_lateness_ms: 60_000, spread_ms: 5_000, except: ["holidays"] };
    const repeat = { every: 60_000, anchor: 0, overlap: "queue" as const, ...kept, offset_ms: 1_234 };
    const { request } = requestAgain({ ...job, repeat }, "{}", "UTC", 1);
    expect(request.repeat).toEqual({ every: 60_000, overlap: "queue", ...kept });
  });

  test("says what the job has not kept, and puts nothing in its place", () => {
    const debounce = { key: "a", until: 1, requests: 2 };
    const session = { tag: "customer" };
    const { request, missing } = requestAgain(
      { ...job, debounce, session, unique: { key: `sha256-${"x".repeat(43)}` } },
      "{}",
      "UTC",
      1,
    );
    expect(Object.keys(request)).toEqual(expect.not.arrayContaining(["session", "unique", "debounce"]));
    expect(missing).toEqual([
      "It ran in the session customer, whose token is not kept: add a session with a new one.",
      "Only the hash of its unique key is kept: add unique with the key.",
      "It was debounced, for how long is not kept: add debounce if this one is to be.",
    ]);
    expect(requestAgain({ ...job, unique: { key: "C-7" } }, "{}", "UTC", 1)).toMatchObject({
      request: { unique: { key: "C-7" } },
      missing: [],
    });
  });
});
