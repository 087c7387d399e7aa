import { otlpSpans } from "../../../lambdas/aws/otlp/otlp-spans.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { attemptFailed } from "../../../lambdas/core/job/transitions.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob, noon } from "../../support/builders.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { claim, lifecycle, lifeOf, written } from "../../support/lifecycle.ts";
import { describeWith } from "../../support/servers.ts";
import { otelcol, startCollector } from "../../support/traces/otelcol.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const trace = { parent: `00-${traceId}-00f067aa0ba902b7-01`, state: "a=1" };
const hour = 3_600_000;

describeWith("otelcol", otelcol, "test/support/traces/install.sh", { optional: true })(
  "an OpenTelemetry collector",
  () => {
    it("takes the spans of jobs with their places, attributes, failures and links", async () => {
      const collector = await startCollector(otelcol ?? "");
      try {
        const services = lifecycle();
        const spans = otlpSpans({ url: collector.url, clock: services.clock, log: fakeLog() });
        const job = aJob({
          trace,
          event: "create 🦆 \uffff",
          created_at: noon - 2000,
          due_at: noon,
          scheduled_at: noon,
        });
        expect(await handleChanges({ ...services, spans }, lifeOf(job))).toBeUndefined();
        const late = aJob({ trace, retries: 2, created_at: noon });
        const running = claim(late, noon + 2 * hour);
        const failed = attemptFailed(running, noon + 2 * hour + 50, {
          error: new JobError("TIMEOUT", "s3cret"),
          random: 0,
        });
        await handleChanges({ ...services, spans }, [written({ before: running, after: failed })]);
        const said = await collector.said(`Str(${late.id})`);
        for (const text of [
          `Trace ID       : ${traceId}`,
          "Parent ID      : 00f067aa0ba902b7",
          `Name           : schedule ${job.event}`,
          "Name           : wait for its time",
          "Kind           : Consumer",
          "TraceState     : a=1",
          `-> ductape.job.id: Str(${job.id})`,
          "-> ductape.attempt: Int(1)",
          "Status code    : Error",
          "-> ductape.error.code: Str(TIMEOUT)",
          "SpanLink #0",
          `-> Trace ID: ${traceId}`,
        ])
          expect(said).toContain(text);
        expect(said).not.toContain("s3cret");
      } finally {
        await collector.stop();
      }
    }, 40_000);

    it("that answers 404 loses spans only, and is named in the log", async () => {
      const collector = await startCollector(otelcol ?? "");
      try {
        const services = lifecycle();
        const spans = otlpSpans({ url: `${collector.url}/nowhere`, clock: services.clock, log: services.log });
        expect(await handleChanges({ ...services, spans }, lifeOf(aJob({ trace })))).toBeUndefined();
        expect(services.log.lines).toMatchObject([{ fields: { why: "the endpoint answered 404" } }]);
      } finally {
        await collector.stop();
      }
    }, 40_000);
  },
);
