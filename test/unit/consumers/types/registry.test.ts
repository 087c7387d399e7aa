import { existsSync, readFileSync } from "node:fs";
import type { Context, SQSEvent } from "aws-lambda";
import { leaseMarginMs } from "../../../../lambdas/consumers/engine/lease.ts";
import { type JobType, jobTypes } from "../../../../lambdas/core/job/job.ts";
import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { functionsOf, queuesOf } from "../../../../lambdas/topology.ts";
import { lambdaEnvironment } from "../../../../local/runtime/environment.ts";
import { noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { sampleRequests } from "../../../support/sample-requests.ts";

const { registry } = catalog;
const functions = functionsOf(registry);
const queues = queuesOf(registry);
const lambdaLimitMs = 900_000;
const sqsLimitSeconds = 12 * 3600;

const folder = (type: JobType) => new URL(`../../../../lambdas/consumers/types/${type}/`, import.meta.url);
const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const request = (type: JobType, input: unknown) => ({
  env: "dev",
  product_tag: "my-product",
  event: sampleRequests[type].event,
  input,
  start_at: 0,
});
function faultsIn(type: JobType, input: unknown) {
  try {
    parseRequest(request(type, input), catalog, noon);
    return [];
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return error.faults;
  }
}
const faultsOf = (type: JobType, input: unknown) => faultsIn(type, input).map(({ pointer }) => pointer);

test("the registry has every type once, under its own name", () => {
  expect(Object.keys(registry).sort()).toEqual([...jobTypes].sort());
  expect(Object.entries(registry).map(([name, { type }]) => [name, type])).toEqual(
    jobTypes.map((type) => [type, type]),
  );
  const sections = Object.values(registry).map(({ section }) => section);
  expect(new Set(sections).size).toBe(sections.length);
});

describe.each(jobTypes)("type %s", (type) => {
  const definition = registry[type];
  const sample = sampleRequests[type];

  test("accepts valid inputs", () => {
    expect(sample.good.map((input) => faultsOf(type, input))).toEqual(sample.good.map(() => []));
  });

  test.each(sample.bad)("refuses %j, and says where it is wrong", (input, pointers) => {
    expect(faultsOf(type, input).sort()).toEqual([...pointers].sort());
  });

  test("refuses an input that is not an object", () => {
    for (const input of [null, "text", 7, [], undefined]) expect(faultsOf(type, input)).toEqual(["/input"]);
  });

  test("quotes no value of an input in its faults", () => {
    for (const [input] of sample.bad) {
      const faults = faultsIn(type, { ...input, s3cret: "s3cret-value" });
      expect(faults).not.toEqual([]);
      expect(JSON.stringify(faults)).not.toContain("s3cret-value");
    }
  });

  test("has an executor, and a handler that returns unreadable messages", async () => {
    const { execute } = (await import(new URL("execute.ts", folder(type)).href)) as { execute: unknown };
    expect(execute).toBeInstanceOf(Function);
    const kept = { ...process.env };
    // Nothing listens there, and nothing is called: the message cannot be read.
    const nowhere = "http://127.0.0.1:1";
    const services = {
      api: nowhere,
      dynamodb: nowhere,
      sqsAndS3: nowhere,
      scheduler: nowhere,
      secrets: nowhere,
      code: nowhere,
      outbox: nowhere,
    };
    const more = { events: nowhere, queueUrl: () => nowhere, reconcileGraceMs: 60_000 };
    Object.assign(process.env, lambdaEnvironment({ ...services, ...more }), { LOG_LEVEL: "SILENT" });
    try {
      const { handler } = await import(new URL("handler.ts", folder(type)).href);
      const batch = { Records: [{ messageId: "m1", body: "unreadable" }] } as unknown as SQSEvent;
      expect(await handler(batch, {} as Context)).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
    } finally {
      process.env = kept;
    }
  });

  test("stays within the limits of Lambda and SQS", () => {
    const { defaults, limits } = definition;
    expect(defaults.timeout_ms).toBeLessThanOrEqual(limits.max_timeout_ms);
    expect(limits.max_timeout_ms + leaseMarginMs).toBeLessThanOrEqual(lambdaLimitMs);
    const { timeoutSeconds, memoryMb } = functions[`consumers/${type}`];
    expect(timeoutSeconds * 1000).toBeLessThanOrEqual(lambdaLimitMs);
    // The lease outlives the attempt, and the function the lease: no outcome is cut off while it may still be written.
    expect(timeoutSeconds * 1000).toBeGreaterThan(limits.max_timeout_ms + leaseMarginMs);
    expect(queues[type].visibilitySeconds).toBeGreaterThan(timeoutSeconds);
    expect(queues[type].visibilitySeconds).toBeLessThanOrEqual(sqsLimitSeconds);
    expect(memoryMb).toBeGreaterThanOrEqual(128);
    expect(definition.defaults.retries).toBeLessThanOrEqual(20);
  });

  test("is documented with an example and a page", () => {
    expect(definition.summary).toMatch(/^[A-Z].*\.$/);
    expect(definition.requestName).toMatch(/^(I\w+Request|Record<string, unknown>)$/);
    expect(existsSync(new URL(`../../../../examples/${type.replace("_", "-")}.ts`, import.meta.url))).toBe(true);
    expect(read("examples/README.md")).toContain(`\`${type.replace("_", "-")}.ts\``);
    expect(read(`docs/catalog/${type}.md`)).toMatch(new RegExp(`^# ${type}\\b`));
    expect(read(`docs/catalog/${type}.md`)).toContain(`\`${definition.section}.<name>\``);
  });
});
