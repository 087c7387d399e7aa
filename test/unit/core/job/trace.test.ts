import {
  acceptedSpan,
  attemptSpan,
  childTrace,
  eventTrace,
  sameTraceMs,
  sentTrace,
  traceIdOf,
} from "../../../../lambdas/core/job/spans.ts";
import { requestTrace } from "../../../../lambdas/core/job/trace.ts";
import { defined } from "../../../../lambdas/core/kernel/defined.ts";
import { aJob, anEvent, noon } from "../../../support/builders.ts";

const id = "4bf92f3577b34da6a3ce929d0e0e4736";
const span = "00f067aa0ba902b7";
const parent = `00-${id}-${span}-01`;
const trace = { parent, state: "vendor=t61rcWkgMzE" };

describe("a traceparent", () => {
  it.each([
    [parent, parent],
    [` ${parent} `, parent],
    [`00-${id}-${span}-00`, `00-${id}-${span}-00`],
    // Of the flags a participant of level 1 knows one.
    [`00-${id}-${span}-03`, parent],
    [`00-${id}-${span}-fe`, `00-${id}-${span}-00`],
    // A later version is read as far as it is like this one.
    [`01-${id}-${span}-01`, parent],
    [`cc-${id}-${span}-01-what the future will bring`, parent],
  ])("%j is kept as %j", (given, kept) => {
    expect(requestTrace(given)).toEqual({ parent: kept });
  });

  it.each([
    undefined,
    null,
    7,
    "",
    "none",
    `ff-${id}-${span}-01`,
    `00-${"0".repeat(32)}-${span}-01`,
    `00-${id}-${"0".repeat(16)}-01`,
    `00-${id.toUpperCase()}-${span}-01`,
    `00-${id}-${span}-1`,
    `00-${id}-${span}-0x`,
    `00-${id}-${span}`,
    `00-${id}-${span}-01-more`,
    `01-${id}-${span}-01.more`,
    `0-${id}-${span}-01`,
    `${parent},${parent}`,
    `${parent}\n`.repeat(2),
  ])("%j is ignored", (given) => {
    expect(requestTrace(given, "vendor=1")).toBeUndefined();
  });
});

describe("a tracestate", () => {
  const kept = (state: unknown) => requestTrace(parent, state)?.state;
  const many = (count: number, length = 1) =>
    Array.from({ length: count }, (_, i) => `k${i}=${"x".repeat(length)}`).join(",");

  it.each([
    ["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"],
    [" a=1 , b@c=2 ,, 0-t/*_@s=3", "a=1,b@c=2,0-t/*_@s=3"],
    [many(32), many(32)],
    // Beyond 512 characters the long members are left out, and then the last ones.
    [`long=${"x".repeat(250)},a=1,longer=${"y".repeat(256)},b=2`, "a=1,b=2"],
    [many(20, 30), many(14, 30)],
  ])("%j is kept as %j", (given, state) => {
    expect(kept(given)).toBe(state);
  });

  it.each([undefined, 7, "", ",", "a", "=1", "A=1", "a=", "a=1=2", "a=ü", "a=1,a=2", "a=1\u0000", "0=1", many(33)])(
    "%j is ignored",
    (given) => {
      expect(requestTrace(parent, given)).toEqual({ parent });
    },
  );
});

describe("a span of a job", () => {
  const job = aJob({ trace, created_at: noon, run: 1, attempt: 1, started_at: noon + 50 });
  const attempt = (of: { run?: number; attempt?: number; at: number }) =>
    attemptSpan(job, { run: 1, attempt: 1, ...of, started_at: of.at });

  it("stands below its request, and an attempt below that, for an hour", () => {
    const accepted = acceptedSpan(job);
    expect(accepted).toMatchObject({ trace_id: id, parent_id: span, sampled: true, state: trace.state });
    expect(attempt({ at: noon + sameTraceMs })).toMatchObject({ trace_id: id, parent_id: accepted?.span_id });
    expect(attempt({ attempt: 2, at: noon + 1 })).toMatchObject({ trace_id: id, parent_id: accepted?.span_id });
    const ids = [accepted, attempt({ at: noon }), attempt({ attempt: 2, at: noon })].map((one) => one?.span_id);
    expect(new Set(ids).size).toBe(3);
    for (const one of ids) expect(one).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ["a later attempt", { at: noon + sameTraceMs + 1 }],
    ["a later run of a series", { run: 2, at: noon + 1 }],
  ])("is the root of another trace, with a link, of %s", (_what, of) => {
    const root = attempt(of);
    const accepted = acceptedSpan(job);
    expect(root).toMatchObject({ sampled: true, link: { trace_id: id, span_id: accepted?.span_id } });
    expect(root?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(root?.trace_id).not.toBe(id);
    expect(root).not.toHaveProperty("parent_id");
    expect(root).not.toHaveProperty("state");
  });

  it("is the same whenever it is asked for, and another one of a job that was made anew with the same id", () => {
    expect(attempt({ at: noon + 7 })).toEqual(attempt({ at: noon + 7 }));
    const again = acceptedSpan({ ...job, created_at: noon + 1 });
    expect(again?.span_id).not.toBe(acceptedSpan(job)?.span_id);
  });

  it("is told by what an attempt sends, and a child stands below it", () => {
    const { trace_id, span_id } = attempt({ at: noon + 50 }) ?? {};
    const headers = { traceparent: `00-${trace_id}-${span_id}-01`, tracestate: trace.state };
    expect(sentTrace(job)).toEqual(headers);
    const child = aJob({ id: "job_child", ...defined({ trace: childTrace(job, noon + 60) }) });
    expect(child.trace).toEqual({ parent: headers.traceparent, state: trace.state });
    expect(acceptedSpan(child)).toMatchObject({ trace_id: id, parent_id: span_id });
  });

  it("of a feature is that of its first decision, and what it begins long after that is a root with a link to it", () => {
    const feature = { ...job, started_at: noon + 9 * sameTraceMs, parked_since: noon + 50 };
    expect(sentTrace(feature)).toEqual(sentTrace(job));
    const late = aJob({ id: "job_late", ...defined({ trace: childTrace(feature, noon + 9 * sameTraceMs) }) });
    const { span_id } = attempt({ at: noon + 50 }) ?? {};
    expect(acceptedSpan(late)).toMatchObject({ sampled: true, link: { trace_id: id, span_id } });
    expect(traceIdOf(late)).not.toBe(id);
  });

  it("that was not sampled is not sampled later either", () => {
    const unsampled = { ...job, trace: { parent: `00-${id}-${span}-00` } };
    expect(sentTrace(unsampled)).toEqual({ traceparent: expect.stringMatching(new RegExp(`^00-${id}-.{16}-00$`)) });
    const later = attemptSpan(unsampled, { run: 3, attempt: 1, started_at: noon });
    expect(later).toMatchObject({ sampled: false, link: { trace_id: id } });
  });

  it("goes with the webhooks that tell of it, with another id for each event", () => {
    const told = eventTrace(job, anEvent("completed", job));
    expect(told?.traceparent).toMatch(new RegExp(`^00-${id}-[0-9a-f]{16}-01$`));
    expect(told).not.toEqual(sentTrace(job));
    expect(eventTrace(job, anEvent("failed", job))).not.toEqual(told);
  });

  it("of a job without a trace is none, unless it begins one", () => {
    const { trace: _none, ...plain } = job;
    expect([acceptedSpan(plain), sentTrace(plain), traceIdOf(plain), childTrace(plain, noon)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(eventTrace(plain, anEvent("completed", plain))).toBeUndefined();
    const begun = acceptedSpan(plain, true);
    expect(begun).toEqual({ trace_id: traceIdOf(plain, true), span_id: expect.any(String), sampled: true });
    expect(sentTrace(plain, true)?.traceparent).toContain(`00-${begun?.trace_id}-`);
  });
});
