import type { Span } from "../job/spans.ts";

const kinds: Record<Span["kind"], number> = { internal: 1, producer: 4, consumer: 5 };
const failed = 2;

/**
 * Spans as OTLP has them in JSON: ids are hexadecimal, enumerations numbers, and integers of 64 bits texts.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 * https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/trace/v1/trace.proto
 */
export const otlpOf = (spans: readonly Span[], version: string): object => ({
  resourceSpans: [
    {
      resource: { attributes: otlpAttributes({ "service.name": "ductape-jobs", "service.version": version }) },
      scopeSpans: [{ scope: { name: "ductape-jobs", version }, spans: spans.map(otlpSpan) }],
    },
  ],
});

const otlpSpan = ({ place, name, kind, from, to, attributes, error }: Span): object => ({
  traceId: place.trace_id,
  spanId: place.span_id,
  ...(place.parent_id !== undefined && { parentSpanId: place.parent_id }),
  ...(place.state !== undefined && { traceState: place.state }),
  flags: place.sampled ? 1 : 0,
  name,
  kind: kinds[kind],
  startTimeUnixNano: nanoseconds(from),
  endTimeUnixNano: nanoseconds(Math.max(from, to)),
  attributes: otlpAttributes(attributes),
  ...(place.link && { links: [{ traceId: place.link.trace_id, spanId: place.link.span_id, attributes: [] }] }),
  status: error === undefined ? {} : { code: failed, message: error },
});

const nanoseconds = (ms: number): string => `${BigInt(Math.round(ms)) * 1_000_000n}`;

const otlpAttributes = (attributes: Record<string, string | number>): object[] =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { intValue: String(value) },
  }));
