import * as z from "zod";
import { strict } from "../kernel/schema.ts";
import { urlFault } from "../kernel/url.ts";
import { Reference, TextOrReference } from "./reference-schema.ts";

/** HTTPS, or plain HTTP on this machine. */
export const FunctionUrl = TextOrReference.superRefine((url, context) => {
  const fault = typeof url === "string" ? urlFault(url, { plainLoopback: true }) : undefined;
  if (fault) context.addIssue(fault);
});

/** Code of the team's own that runs elsewhere, behind a handler of `ductape-jobs/serve`. What it returns is the job's result. */
export const serveTarget = () =>
  strict({
    provider: z.literal("serve"),
    /** HTTPS, or plain HTTP on this machine. */
    url: FunctionUrl,
    /** Signs the messages, as those of a webhook. */
    secret: Reference,
    /** The secret before, as long as both are accepted. */
    previous_secret: Reference.optional(),
  });
export type ServeCallee = z.output<ReturnType<typeof serveTarget>>;
