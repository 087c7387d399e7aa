import { traceOf } from "../../core/kernel/errors.ts";
import { version } from "../../core/kernel/version.ts";
import { otlpOf } from "../../core/outbound/otlp.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Log } from "../../core/ports/log.ts";
import type { Spans } from "../../core/ports/spans.ts";
import { sendHttp } from "../client/http-request.ts";

interface OtlpOptions {
  url: string;
  /** Reads the headers that the endpoint asks for, as `name=value` with commas between them. Absent: none. */
  headers?: (() => Promise<string>) | undefined;
  clock: Pick<Clock, "now">;
  log: Log;
  /** Milliseconds that an export may take, the headers included. */
  timeoutMs?: number;
}

/** How long after a failure nothing is sent: an endpoint that is away must not hold up what else the function does. */
const pauseMs = 30_000;

/** Exports spans in one request (OTLP/HTTP with JSON). https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export function otlpSpans({ url, headers, clock, log, timeoutMs = 1000 }: OtlpOptions): Spans {
  let pausedUntil = 0;
  return {
    async export(spans) {
      if (spans.length === 0 || clock.now() < pausedUntil) return;
      const body = JSON.stringify(otlpOf(spans, version));
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const given = headers ? await withinSignal(headers(), signal) : "";
        const sent = { "content-type": "application/json", "user-agent": "ductape-jobs", ...headersIn(given) };
        const answer = await sendHttp(new URL(url), { method: "POST", headers: sent, body, signal, repeatable: false });
        answer.resume();
        const { statusCode = 0 } = answer;
        if (statusCode < 200 || statusCode > 299) throw new Refused(`the endpoint answered ${statusCode}`);
      } catch (error) {
        pausedUntil = clock.now() + pauseMs;
        log.warn("spans were lost: they could not be exported", {
          spans: spans.length,
          ...reasonOf(error, signal, timeoutMs),
        });
      }
    },
  };
}

function reasonOf(error: unknown, { aborted }: AbortSignal, timeoutMs: number) {
  if (aborted) return { why: `the export took longer than ${timeoutMs} ms` };
  return error instanceof Refused ? { why: error.message } : traceOf(error);
}

class Refused extends Error {
  override name = "Refused";
}

const withinSignal = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
  ]);

/** As OTEL_EXPORTER_OTLP_HEADERS has them. https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables */
const headersIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(",")
      .map((pair) => pair.trim())
      .filter((pair) => pair.includes("="))
      .map((pair) => {
        const at = pair.indexOf("=");
        return [pair.slice(0, at).trim().toLowerCase(), decodeURIComponent(pair.slice(at + 1).trim())];
      }),
  );
