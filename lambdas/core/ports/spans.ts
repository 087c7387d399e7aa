import type { Span } from "../job/spans.ts";

/** Where spans are exported to. */
export interface Spans {
  /** Never rejects, and never takes long: spans that cannot be exported are lost. */
  export(spans: readonly Span[]): Promise<void>;
}
