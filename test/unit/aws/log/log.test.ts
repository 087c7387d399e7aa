import { afterEach, expect, jest, test } from "@jest/globals";
import { makeLog } from "../../../../lambdas/aws/log/log.ts";

/** The lines that `write` writes to standard output and standard error. */
function linesOf(write: () => void): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const keep = (chunk: unknown) => {
    lines.push(JSON.parse(String(chunk)));
    return true;
  };
  jest.spyOn(process.stdout, "write").mockImplementation(keep);
  jest.spyOn(process.stderr, "write").mockImplementation(keep);
  write();
  jest.restoreAllMocks();
  return lines;
}

afterEach(() => {
  jest.restoreAllMocks();
});

test("a line of the log is JSON with its service, level, message and fields", () => {
  const lines = linesOf(() => makeLog("consumer-action").warn("message dropped", { job_id: "job_1", why: "gone" }));
  expect(lines).toMatchObject([
    { service: "consumer-action", level: "WARN", message: "message dropped", job_id: "job_1", why: "gone" },
  ]);
});

test("the log has every level from INFO by default", () => {
  const lines = linesOf(() => {
    const log = makeLog("api");
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
  });
  expect(lines.map(({ level }) => level)).toEqual(["INFO", "WARN", "ERROR"]);
});

const trace = (sampled: 0 | 1) => ({
  _X_AMZN_TRACE_ID: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=${sampled}`,
});
const kept = { ...process.env };
afterEach(() => {
  process.env = { ...kept };
});

test("a line has the id of its invocation, and of a sampled trace", () => {
  const lineOf = (sampled: 0 | 1) => {
    Object.assign(process.env, trace(sampled));
    return linesOf(() => makeLog("api").info("request refused", { function_request_id: "f-1" }))[0];
  };
  expect(lineOf(1)).toMatchObject({
    function_request_id: "f-1",
    xray_trace_id: "1-5759e988-bd862e3fe1be46a994272793",
  });
  expect(lineOf(0)).toMatchObject({ function_request_id: "f-1" });
  expect(lineOf(0)).not.toHaveProperty("xray_trace_id");
});

describe("a measurement", () => {
  const logWith = (env: Record<string, string>) => {
    Object.assign(process.env, { METRICS_NAMESPACE: "ductape-jobs-test", ...env });
    return makeLog("consumer-action");
  };
  const attempt = {
    values: { lateness_ms: 12, duration_ms: 345, completed: 1 },
    of: { type: "action", product: "my-product" },
  } as const;
  const invocation = { function_request_id: "8f8f0000-0000-4000-8000-000000000000" };
  const of = {
    job_id: "job_0190163d-8694-739b-aea5-966c26f8ad91",
    product: "my-product",
    env: "prd",
    event: "create_order",
    type: "action",
    run: 1,
    attempt: 1,
    status: "completed",
  };
  const fields = { ...invocation, ...of };

  test("is a line in CloudWatch's embedded metric format", () => {
    const lines = linesOf(() => logWith({}).measure("attempt ended", attempt, fields));
    expect(lines).toEqual([
      {
        ...of,
        level: "INFO",
        message: "attempt ended",
        service: "consumer-action",
        timestamp: expect.any(String),
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: "ductape-jobs-test",
              Dimensions: [["type", "product"]],
              Metrics: [{ Name: "lateness_ms" }, { Name: "duration_ms" }, { Name: "completed" }],
            },
          ],
        },
        lateness_ms: 12,
        duration_ms: 345,
        completed: 1,
      },
    ]);
  });

  test("of a function of one's own is a part of the same line", () => {
    const also = {
      values: { function_calls: 1, function_errors: 0, function_ms: 345 },
      of: { function: "price", product: "my-product" },
    };
    const [line] = linesOf(() => logWith({}).measure("attempt ended", { ...attempt, also }, fields));
    expect(line).toMatchObject({ ...attempt.values, ...also.values, function: "price", product: "my-product" });
    const { CloudWatchMetrics } = (line?._aws ?? {}) as { CloudWatchMetrics?: object[] };
    expect(CloudWatchMetrics).toEqual([
      expect.objectContaining({ Dimensions: [["type", "product"]] }),
      {
        Namespace: "ductape-jobs-test",
        Dimensions: [["function", "product"]],
        Metrics: [{ Name: "function_calls" }, { Name: "function_errors" }, { Name: "function_ms" }],
      },
    ]);
  });

  test("costs what the docs say: less than 550 bytes for a finished job", () => {
    const [line] = linesOf(() => logWith(trace(0)).measure("attempt ended", attempt, fields));
    expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThan(550);
  });

  test("does not affect the next one", () => {
    const log = logWith({});
    const [, second] = linesOf(() => {
      log.measure("attempt ended", attempt, fields);
      log.measure("reconciled", { values: { looked: 7 } });
    });
    expect(second).toMatchObject({
      service: "consumer-action",
      looked: 7,
      _aws: { CloudWatchMetrics: [{ Dimensions: [["service"]], Metrics: [{ Name: "looked" }] }] },
    });
    expect(second).not.toHaveProperty("lateness_ms");
    expect(second).not.toHaveProperty("type");
  });

  test("is written at the level WARN, but not at SILENT", () => {
    const write = (level: string) =>
      linesOf(() => {
        const log = logWith({ LOG_LEVEL: level });
        log.info("not said");
        log.measure("reconciled", { values: { looked: 0 } });
      });
    expect(write("WARN").map(({ message }) => message)).toEqual(["reconciled"]);
    expect(write("SILENT")).toEqual([]);
  });
});
