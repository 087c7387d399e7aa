import { otlpSpans } from "../../../lambdas/aws/otlp/otlp-spans.ts";
import type { Span } from "../../../lambdas/core/job/spans.ts";
import { noon } from "../../support/builders.ts";
import { type Answer, httpServer } from "../../support/executors/http-server.ts";
import { fakeClock } from "../../support/fakes/clock.ts";
import { fakeLog } from "../../support/fakes/log.ts";

const span: Span = {
  place: { trace_id: "4bf92f3577b34da6a3ce929d0e0e4736", span_id: "00f067aa0ba902b7", sampled: true },
  ...{ name: "send", kind: "consumer", from: noon, to: noon + 5, attributes: { "ductape.job.id": "job_1" } },
};
const taking: Answer = (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}");

async function exporting(answer: Answer, more: { headers?: () => Promise<string>; timeoutMs?: number } = {}) {
  const server = await httpServer(answer);
  const [clock, log] = [fakeClock(), fakeLog()];
  const spans = otlpSpans({ url: `${server.url}/v1/traces`, clock, log, ...more });
  return { server, clock, log, spans, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("spans are exported in one request, with the headers of the secret", async () => {
  await using world = await exporting(taking, { headers: async () => "Authorization=Bearer%20s3cret, x-team = shop" });
  await world.spans.export([span, span]);
  const [request, ...others] = world.server.seen;
  expect(others).toEqual([]);
  expect(request).toMatchObject({
    method: "POST",
    url: "/v1/traces",
    headers: { "content-type": "application/json", authorization: "Bearer s3cret", "x-team": "shop" },
  });
  expect(JSON.parse(String(request?.body)).resourceSpans[0].scopeSpans[0].spans).toHaveLength(2);
  expect(world.log.lines).toEqual([]);
});

test("no spans are no request", async () => {
  await using world = await exporting(taking);
  await world.spans.export([]);
  expect(world.server.seen).toEqual([]);
});

test.each<[string, Answer, { headers?: () => Promise<string>; timeoutMs?: number }, object]>([
  ["refuses", (_, response) => response.writeHead(503).end("s3cret"), {}, { why: "the endpoint answered 503" }],
  ["breaks off", (_, response) => response.destroy(), {}, { spans: 1 }],
  ["never answers", () => {}, { timeoutMs: 40 }, { why: "the export took longer than 40 ms" }],
  ["has no secret", taking, { headers: () => Promise.reject(new Error("s3cret")) }, { spans: 1 }],
  ["waits for its secret", taking, { headers: () => new Promise(() => {}), timeoutMs: 40 }, { spans: 1 }],
])(
  "an endpoint that %s loses spans only, is logged once, and is left alone for 30 s",
  async (_what, answer, more, fields) => {
    await using world = await exporting(answer, more);
    await world.spans.export([span]);
    expect(world.log.lines).toMatchObject([
      { level: "warn", message: "spans were lost: they could not be exported", fields },
    ]);
    const asked = world.server.seen.length;
    await world.spans.export([span]);
    expect([world.log.lines.length, world.server.seen.length]).toEqual([1, asked]);
    await world.clock.advance(30_000);
    await world.spans.export([span]);
    expect(world.log.lines).toHaveLength(2);
    expect(JSON.stringify(world.log.lines)).not.toContain("s3cret");
  },
);
