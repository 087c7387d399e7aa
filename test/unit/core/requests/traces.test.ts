import { newJob } from "../../../../lambdas/core/requests/new-job.ts";
import { parseRequest, traced } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { order } from "../../../support/intake/services.ts";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const other = "00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b8-00";
const parse = (more: Record<string, unknown> = {}) => parseRequest(order(more), catalog, noon);
const jobOf = (more: Record<string, unknown> = {}) =>
  newJob(parse(more), { id: "job_1", writeId: "w", now: noon, input: { inline: null } });

describe("the trace of a request", () => {
  it("is kept with its job", () => {
    expect(jobOf({ traceparent, tracestate: "a=1" }).trace).toEqual({ parent: traceparent, state: "a=1" });
    expect(jobOf({ traceparent }).trace).toEqual({ parent: traceparent });
  });

  it.each([
    {},
    { traceparent: "none" },
    { traceparent: "" },
    { traceparent: null },
    { traceparent: 7, tracestate: {} },
    { traceparent: [traceparent] },
    { tracestate: "a=1" },
  ])("%j is ignored, and leaves nothing in the job", (more) => {
    expect(jobOf(more)).toEqual(jobOf());
    expect(JSON.stringify(jobOf(more))).not.toMatch(/trace/);
  });

  it("leaves the fingerprint: a repetition of a request has a span of its own", () => {
    const key = { idempotency_key: "k" };
    const { fingerprint } = parse(key);
    expect(parse({ ...key, traceparent, tracestate: "a=1" }).fingerprint).toBe(fingerprint);
    expect(parse({ ...key, traceparent: null }).fingerprint).toBe(fingerprint);
  });

  it("may come with the headers or attributes, unless the request has one", () => {
    expect(traced(parse(), { traceparent, tracestate: "a=1" }).trace).toEqual({ parent: traceparent, state: "a=1" });
    expect(traced(parse({ traceparent: other }), { traceparent, tracestate: "a=1" }).trace).toEqual({ parent: other });
    expect(traced(parse(), { traceparent: "none" })).toEqual(parse());
    expect(traced(parse(), {})).not.toHaveProperty("trace");
  });
});
