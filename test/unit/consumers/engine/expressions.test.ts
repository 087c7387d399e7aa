import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { changeJob, retry } from "../../../../lambdas/core/operations/change-job.ts";
import type { Execution } from "../../../../lambdas/core/operations/execution.ts";
import { scheduleJob } from "../../../../lambdas/core/operations/schedule-job.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { expressingCatalog as catalog } from "../../../support/expressing.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

function world() {
  const services = fakeServices({ catalog });
  const ran: Execution["input"][] = [];
  let failing = 0;
  const execute = async ({ input }: Execution) => {
    ran.push(input);
    if (failing-- > 0) throw new JobError("TIMEOUT", "not yet");
    return "done";
  };
  const schedule = (event: string, input: object, more: object = {}) => {
    const request = { product_tag: "shop", env: "prd", event, input, start_at: 0, ...more };
    return scheduleJob(services, parseRequest(request, catalog, services.clock.now()));
  };
  /** Delivers all messages, each when it is due. */
  async function settle() {
    for (const { message, delaySeconds } of services.queue.sent.splice(0)) {
      await services.clock.advance(Math.max(delaySeconds * 1000, message.due_at - services.clock.now()) + 5);
      await runJob(services, execute, message, { random: () => 0.5 });
    }
    if (services.queue.sent.length > 0) await settle();
  }
  const run = async (event: string, input: object, more: object = {}) => {
    const { id } = await schedule(event, input, more);
    await settle();
    return services.jobs.get(id);
  };
  return { ...services, ran, run, schedule, settle, fail: (times: number) => (failing = times) };
}

const hostile = ["$Now", "$Variable{limit}", "$$", "{{x}}", "$Imput{"];

describe("the input of an event that takes expressions", () => {
  it("is evaluated when an attempt starts, and stays stored as sent", async () => {
    const { run, ran } = world();
    const input = {
      params: { id: "$Input{body}{name}-$Variable{limit}" },
      body: {
        name: "Ada",
        greeting: "Hi $Input{body}{name}!",
        api: "$Variable{stripe}{api_version}",
        dollars: "$$5",
        price: "$5",
        gone: "$Input{x}",
      },
    };
    const job = await run("order_x", input);
    expect(job).toMatchObject({ status: "completed", input: { inline: input }, expressions: true });
    expect(ran).toEqual([
      { params: { id: "Ada-9" }, body: { name: "Ada", greeting: "Hi Ada!", api: "v2", dollars: "$5", price: "$5" } },
    ]);
  });

  it("is evaluated once: the values that it brings in are data", async () => {
    const { run, ran } = world();
    const input = {
      body: {
        data: "$Constant{hostile}",
        self: "$Input{body}{template}",
        text: "a $Input{body}{template}",
        template: "$Uppercase('b')",
      },
    };
    await run("order_x", input);
    expect(ran).toEqual([
      { body: { data: "$Now", self: "$Uppercase('b')", text: "a $Uppercase('b')", template: "B" } },
    ]);
  });

  it("is the same for every attempt of a run: $Now is the planned time", async () => {
    const { run, ran, fail, jobs, clock, settle, ...services } = world();
    fail(3);
    const planned = clock.now();
    const job = await run("order_x", { body: { at: "$Now" } }, { retries: 2 });
    expect(job).toMatchObject({ status: "failed", attempt: 3 });
    await clock.advance(3_600_000);
    await changeJob({ ...services, jobs, clock }, job?.id ?? "", retry(0));
    await settle();
    expect(ran).toEqual([1, 2, 3, 4].map(() => ({ body: { at: planned } })));
  });

  it("is evaluated for each run of a series", async () => {
    const { ran, run, clock } = world();
    const start = clock.now();
    await run("order_x", { body: { at: "$Now" } }, { repeat: { every: 60_000, limit: 3 } });
    expect(ran).toEqual([0, 1, 2].map((n) => ({ body: { at: start + n * 60_000 } })));
  });

  it.each([
    [
      "the schema",
      "order_x",
      { params: { customer: "$Input{body}{s3cret}" }, body: { s3cret: { a: "s3cret" } } },
      /\/input\/params\/customer must be a string/,
    ],
    ["the event", "record_x", { data: { id: "s3cret $Now", total: "$Variable{limit}" } }, /\/input\/data\/id/],
    [
      "the event's limits",
      "record_x",
      { data: { id: "0198c2f4-7a6e-7b3c-9d1e-2f3a4b5c6d7e", total: "$Add($Variable{limit}, 2)" } },
      /\/input\/data\/total/,
    ],
    ["a feature's input", "onboard_x", { name: "$Constant{vat}" }, /\/input\/name/],
    [
      "the place, a text",
      "order_x",
      { body: { a: "s3cret $Input{body}{b}", b: ["s3cret"] } },
      /At \/body\/a: The expression at position 7 is an object or a list/,
    ],
    [
      "the operator",
      "order_x",
      { body: { a: "$Add($Input{body}{b}, 1)", b: "s3cret" } },
      /At \/body\/a: \$Add got no number/,
    ],
  ])("fails without a retry if %s refuses its values", async (_what, event, input, message) => {
    const { run, ran } = world();
    const job = await run(event, input, { retries: 5 });
    expect(ran).toEqual([]);
    expect(job).toMatchObject({ status: "failed", attempt: 1, error: { code: "VALIDATION_ERROR", retryable: false } });
    expect(job?.error?.message).toMatch(message);
    expect(job?.error?.message).not.toContain("s3cret");
  });

  it.each([
    ["letters", "x".repeat(400_000)],
    ["characters of three bytes", "語".repeat(130_000)],
  ])("cannot grow by references to itself until it fills the memory: %s", async (_what, large) => {
    const { run } = world();
    const job = await run("order_x", {
      body: { large, copies: Array.from({ length: 20 }, () => "$Input{body}{large}") },
    });
    expect(job).toMatchObject({
      status: "failed",
      error: { code: "VALIDATION_ERROR", message: expect.stringContaining("4400000 bytes") },
    });
  });

  it("fails with CONFIGURATION_ERROR if a name has left the catalog", async () => {
    const { schedule, jobs, ...services } = world();
    const { id } = await schedule("order_x", { body: { a: "$Variable{limit}" } });
    const [message] = services.queue.sent.map((sent) => sent.message);
    const { variables: _variables, ...product } = catalog.products[0] as (typeof catalog.products)[number];
    const lookup: typeof catalog.lookup = (...names) => {
      const found = catalog.lookup(...names);
      return found && { ...found, product };
    };
    if (message) await runJob({ ...services, jobs, catalog: { ...catalog, lookup } }, async () => "done", message);
    expect(await jobs.get(id)).toMatchObject({ status: "failed", error: { code: "CONFIGURATION_ERROR" } });
  });
});

describe("an input that is data stays unchanged", () => {
  it("of an event that takes no expressions", async () => {
    const { run, ran } = world();
    const input = { body: { texts: hostile.map((text) => `a ${text}`), dollars: "$$", key: "$Input" } };
    expect(await run("order", input)).not.toHaveProperty("expressions");
    expect(ran).toEqual([input]);
  });

  it("of a job that was stored before its event took expressions", async () => {
    const { schedule, settle, ran, jobs } = world();
    const { id } = await schedule("order_x", { body: { hostile: "a $Now" } });
    const stored = await jobs.get(id);
    const { expressions: _expressions, ...old } = stored as NonNullable<typeof stored>;
    expect(await jobs.replace({ ...old, version: old.version + 1 })).toBe("replaced");
    await settle();
    expect(ran).toEqual([{ body: { hostile: "a $Now" } }]);
  });

  it("unless the job was accepted with expressions, even if its event no longer takes any", async () => {
    const { schedule, jobs, ...services } = world();
    await schedule("order_x", { body: { a: "up to $Variable{limit}" } });
    const [message] = services.queue.sent.map((sent) => sent.message);
    const found = catalog.lookup("shop", "order_x");
    const { expressions: _expressions, ...event } = found?.event ?? { type: "action" };
    const inputs: unknown[] = [];
    const changed = { ...catalog, lookup: () => found && { ...found, event } };
    if (message)
      await runJob({ ...services, jobs, catalog: changed }, async ({ input }) => inputs.push(input), message);
    expect(inputs).toEqual([{ body: { a: "up to 9" } }]);
  });
});
