import { afterEach, expect, jest, test } from "@jest/globals";
import { makeLog } from "../../../lambdas/aws/log.ts";

/** The lines that `write` puts on standard output and standard error. */
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

test("a line is JSON with its service, level, message and fields", () => {
  const lines = linesOf(() => makeLog("consumer-action").warn("message dropped", { job_id: "job_1", why: "gone" }));
  expect(lines).toMatchObject([
    { service: "consumer-action", level: "WARN", message: "message dropped", job_id: "job_1", why: "gone" },
  ]);
});

test("each level is said; debug is silent unless the function's log level asks for it", () => {
  const lines = linesOf(() => {
    const log = makeLog("api");
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
  });
  expect(lines.map(({ level }) => level)).toEqual(["INFO", "WARN", "ERROR"]);
});
