import { shownAnswerOf } from "../../../../lambdas/consumers/engine/answers/shown-answer-of.ts";
import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import type { ProviderAnswer } from "../../../../lambdas/core/job/provider-answer.ts";
import type { Execute } from "../../../../lambdas/core/operations/execution.ts";
import { viewOf } from "../../../../lambdas/core/queries/view.ts";
import { aJob, aMessage, noon } from "../../../support/builders.ts";
import { fakeServices } from "../../../support/fakes/services.ts";
import { fc } from "../../../support/properties.ts";

const token = "sk_live_4f9a";
const call = { type: "action", app: "shop", action: "order" } as const;
const catalog = makeCatalog(
  [
    {
      tag: "p",
      envs: ["dev"],
      jobs: {
        plain: call,
        hides: { ...call, redact: ["/body/card"] },
        hidesAndKeeps: { ...call, redact: ["/body/card"], keep_answers: true },
        keepsNone: { ...call, keep_answers: false },
      },
      apps: { shop: { envs: {}, actions: {} } },
    },
  ],
  registry,
);

const answer = (more: Partial<ProviderAnswer> = {}): ProviderAnswer => ({
  status: 500,
  headers: [["content-type", "application/json"]],
  body: Buffer.from(`{"error":"the key ${token} is over its limit"}`),
  isCut: false,
  credentials: [],
  ...more,
});

function world(given: Partial<Job> = {}) {
  const job = aJob({ product: "p", env: "dev", event: "plain", ...given });
  const services = fakeServices({ jobs: [job], catalog, secrets: { shop: token } });
  const stored = async () => (await services.jobs.get(job.id)) as Job;
  const run = async (execute: Execute) => runJob(services, execute, aMessage(await stored()), { random: () => 0 });
  const fails =
    (
      error: (of: ProviderAnswer) => JobError = (of) => new JobError("PROVIDER_ERROR", "It failed.", { answer: of }),
    ): Execute =>
    async ({ secrets, job: { attempt } }) => {
      await secrets.resolve(secret("shop"));
      throw error(answer({ status: 500 + attempt }));
    };
  const kept = () => services.answers.of(job.id, 1);
  return { ...services, services, job, run, fails, stored, kept };
}

test("the answer to an attempt that fails is kept, without the credentials that were used", async () => {
  const { run, fails, kept, job, stored, log } = world();
  await run(fails());
  expect(await kept()).toEqual([
    {
      job_id: job.id,
      created_at: job.created_at,
      run: 1,
      attempt: 1,
      at: expect.any(Number),
      status: 501,
      headers: { "content-type": "application/json" },
      body: '{"error":"the key [credential] is over its limit"}',
    },
  ]);
  expect(JSON.stringify([await stored(), log.lines])).not.toContain("over its limit");
});

test("what own code had written is kept in place of an answer, without what the engine has resolved", async () => {
  const { run, fails, kept, job, services } = world();
  const written = { text: `12:00 INFO  asks with ${token}\n12:01 WARN  refused`, cut: true };
  await run(fails(() => new JobError("PROVIDER_ERROR", "price threw Error.", { written })));
  const text = "12:00 INFO  asks with [credential]\n12:01 WARN  refused";
  expect(await kept()).toMatchObject([{ status: 0, headers: {}, body: text, cut: true, log: true }]);
  const seen = await viewOf(services, (await services.jobs.get(job.id)) as Job, noon, { inputs: true });
  expect(seen.attempts).toMatchObject([{ log: { text, cut: true } }]);
  expect(seen.attempts[0]).not.toHaveProperty("answer");
  const plain = await viewOf(services, (await services.jobs.get(job.id)) as Job, noon, { inputs: false });
  expect(JSON.stringify(plain)).not.toContain("refused");
});

test("of many attempts the first and the last are kept", async () => {
  const { run, fails, kept, stored, clock } = world({ retries: 3 });
  for (let attempt = 0; attempt < 4; attempt++) {
    await run(fails());
    await clock.advance(3_600_000);
  }
  expect((await stored()).status).toBe("failed");
  expect((await kept()).map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 501],
    [4, 504],
  ]);
});

test("a failure without an answer, and a success, keep none", async () => {
  const failed = world();
  await failed.run(failed.fails(() => new JobError("CONNECTION_ERROR", "No connection.")));
  const done = world();
  await done.run(async () => ({}));
  expect([await failed.kept(), await done.kept()]).toEqual([[], []]);
});

test("a try that its provider puts off keeps none, in particular not for the attempt before it", async () => {
  const { run, fails, kept, clock } = world({ retries: 3 });
  await run(fails(() => new JobError("PROVIDER_ERROR", "It failed.")));
  await clock.advance(3_600_000);
  await run(fails((of) => new JobError("RATE_LIMITED", "Later.", { retryAfterMs: 1000, answer: of })));
  expect(await kept()).toEqual([]);
});

test.each([
  ["plain", 1],
  ["hides", 0],
  ["hidesAndKeeps", 1],
  ["keepsNone", 0],
])("an event decides whether answers are kept: %s", async (event, count) => {
  const { run, fails, kept } = world({ event });
  await run(fails());
  expect(await kept()).toHaveLength(count);
});

test("a job that hid parts when it was requested keeps none, whatever its event says now", async () => {
  const { run, fails, kept } = world({ redact: ["/body"] });
  await run(fails());
  expect(await kept()).toEqual([]);
});

test("the job does not depend on it: a refused write is a warning", async () => {
  const { run, fails, stored, answers, log } = world({ retries: 0 });
  answers.put = async () => {
    throw new Error("throttled");
  };
  await run(fails());
  expect((await stored()).status).toBe("failed");
  expect(log.lines.map(({ message }) => message)).toContain("what a provider has answered was not kept");
});

test("claims of the session are hidden as credentials are", async () => {
  const { run, fails, kept } = world({ session: { tag: "user", claims: JSON.stringify([["sub", "over its limit"]]) } });
  await run(fails());
  expect((await kept())[0]?.body).toBe('{"error":"the key [credential] is [credential]"}');
});

describe("what is kept of an answer", () => {
  const ways: ((value: string) => string)[] = [
    (value) => value,
    (value) => JSON.stringify({ value }),
    encodeURIComponent,
    (value) => Buffer.from(`user:${value}`).toString("base64"),
    (value) => Buffer.from(value).toString("base64url"),
  ];

  test("has no credential, however it is written and wherever the answer is cut", () => {
    const credential = fc
      .string({ minLength: 12, maxLength: 60 })
      .filter((text) => text.trim() === text && text !== "");
    fc.assert(
      fc.property(
        credential,
        fc.constantFrom(...ways),
        fc.integer({ min: 3900, max: 4200 }),
        fc.integer({ min: 0, max: 80 }),
        fc.boolean(),
        (value, written, before, dropped, inHeader) => {
          const text = "-".repeat(before) + written(value) + "-".repeat(300);
          const whole = Buffer.from(text);
          const body = whole.subarray(0, whole.length - 300 - dropped);
          const headers: [string, string][] = inHeader ? [["x-echo", written(value)]] : [];
          const shown = shownAnswerOf(answer({ body, isCut: true, headers }), [value]);
          const all = JSON.stringify(shown);
          // A part of eight characters would be found by whoever knows how it was written.
          for (let at = 0; at + 8 <= value.length; at++) {
            const part = JSON.stringify(value.slice(at, at + 8)).slice(1, -1);
            if (!/^-+$/.test(part) && !"[credential]".includes(part)) expect(all.includes(part)).toBe(false);
          }
          expect(Buffer.byteLength(shown.body)).toBeLessThanOrEqual(4096);
          expect(shown.cut).toBe(true);
        },
      ),
    );
  });

  test("is at most 4 KB, whole characters, and says that there is more", () => {
    const { body, cut } = shownAnswerOf(answer({ body: Buffer.from("é".repeat(3000)) }), []);
    expect([body, cut]).toEqual(["é".repeat(2048), true]);
  });

  test("is base64 where it is no text", () => {
    const bytes = Buffer.from(Array.from({ length: 64 }, (_, i) => i % 8));
    const shown = shownAnswerOf(answer({ body: bytes }), []);
    expect(shown).toMatchObject({ body: bytes.toString("base64"), body_encoding: "base64" });
    expect(shown.cut).toBeUndefined();
  });

  test("has no headers that carry credentials or cookies", () => {
    const headers: [string, string][] = [
      ["set-cookie", "id=1"],
      ["authorization", "x"],
      ["www-authenticate", "Bearer"],
      ["proxy-authenticate", "Basic"],
      ["x-api-key", "x"],
      ["retry-after", "3"],
    ];
    expect(shownAnswerOf(answer({ headers }), []).headers).toEqual({ "retry-after": "3" });
  });
});
