import * as z from "zod";

/** The headers of W3C Trace Context, which tracing libraries set by themselves. Made for the document only. */
export const traceHeaders = () => ({
  traceparent: z
    .string()
    .optional()
    .describe(
      "The trace in which the caller stands (W3C Trace Context). Ignored if it is malformed, or if a job has the field.",
    ),
  tracestate: z.string().optional().describe("What tracing systems add to it."),
});
