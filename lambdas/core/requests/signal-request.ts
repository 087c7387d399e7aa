import * as z from "zod";
import type { Catalog } from "../catalog/catalog.ts";
import { signalsOf } from "../catalog/signals.ts";
import { isOfDecision } from "../job/approval.ts";
import { jobIdPattern } from "../job/job-id.ts";
import { signalNameFault } from "../job/signal.ts";
import { refuseTooLarge } from "../kernel/bounds.ts";
import type { Fault } from "../kernel/errors.ts";
import { type Fields, fieldsFaults } from "../kernel/fields.ts";
import { isRecord } from "../kernel/json-values.ts";
import { overflows } from "../kernel/overflows.ts";
import { parseBody } from "../kernel/parse-body.ts";
import { invalidRequest, RequestError } from "../kernel/request-error.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { didYouMean, notWellFormed, strict, wellFormed } from "../kernel/schema.ts";

const Name = z.string().min(1).max(requestLimits.name);

/** A message to runs of features that wait for it, or will. */
export const SignalRequest = strict({
  product_tag: Name.describe("The product."),
  env: Name.describe("The env."),
  signal: Name.refine(
    (name) => !isOfDecision(name),
    "is no name of a signal: an approval is decided by POST /v1/approvals/{id}",
  )
    .superRefine((name, context) => {
      const fault = signalNameFault(name);
      if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
    })
    .meta({ description: "A signal that a feature of the product declares.", examples: ["paid"] }),
  key: z
    .string()
    .min(1)
    .max(requestLimits.signalKey)
    .refine(wellFormed, notWellFormed)
    .optional()
    .meta({ description: "For every run that waits with this key. Either `key` or `job_id`.", examples: ["A-1042"] }),
  job_id: z
    .string()
    .regex(jobIdPattern, "must be the id of a job")
    .optional()
    .meta({ description: "For one run: the id of its job.", examples: ["job_0197a0c41f6e7d3a8b5c2d9e0f1a2b3c"] }),
  payload: z
    .unknown()
    .optional()
    .meta({ description: "JSON of at most 256 KB, with the fields that the feature declares." }),
  id: z
    .string()
    .min(1)
    .max(requestLimits.signalId)
    .refine(wellFormed, notWellFormed)
    .optional()
    .meta({
      description:
        "Names the message, so that a request may be repeated: a run takes a message of an id once. Default: a fresh id.",
      examples: ["evt_1PqR"],
    }),
});

/** A valid message. */
export interface SignalWanted {
  product: string;
  env: string;
  signal: string;
  to: { key: string } | { job_id: string };
  payload?: unknown;
  id?: string;
}

/** The most bytes of JSON of a payload. */
export const largestPayload = 256 * 1024;

/**
 * Parses a message. Throws a RequestError: what the catalog lacks, or every fault with its pointer. Whether the product has the signal and
 * what its payload may be is checked apart (`checkSignal`), since one run may have begun with another definition.
 */
export function parseSignal(body: unknown, catalog: Catalog): SignalWanted {
  refuseTooLarge(body, "payload");
  const { product_tag: product, env, signal, key, job_id, payload, id } = parseBody(SignalRequest, body);
  catalog.tenant(product, env);
  const faults: Fault[] = [];
  if ((key === undefined) === (job_id === undefined))
    faults.push({
      pointer: "",
      detail: "needs either `key`, for the runs that wait with it, or `job_id`, for one run",
    });
  const inexact = overflows(payload, ["payload"]);
  faults.push(...inexact);
  // JSON has no way to write a number beyond 2^53.
  if (inexact.length === 0 && Buffer.byteLength(JSON.stringify(payload) ?? "") > largestPayload)
    faults.push({ pointer: "/payload", detail: "has more than 256 KB of JSON: send where it is instead" });
  if (faults.length > 0) throw invalidRequest(faults);
  const to = key === undefined ? { job_id: job_id ?? "" } : { key };
  return { product, env, signal, to, ...(payload !== undefined && { payload }), ...(id !== undefined && { id }) };
}

/** Whether a payload has the fields that a signal declares. Undefined: any payload fits. */
export const fitsSignal = (fields: Fields | undefined, payload: unknown): boolean =>
  payloadFaults(fields, payload).length === 0;

function payloadFaults(fields: Fields | undefined, payload: unknown = {}): Fault[] {
  if (fields === undefined) return [];
  return isRecord(payload)
    ? fieldsFaults(fields, payload, ["payload"])
    : [{ pointer: "/payload", detail: "must be an object" }];
}

/** Checks a message against what is declared, by the catalog or by one run's definition. Throws INVALID_REQUEST. */
export function checkSignal(
  { signal, payload }: SignalWanted,
  declared: ReadonlyMap<string, (Fields | undefined)[]>,
): void {
  const found = declared.get(signal);
  if (!found) {
    const detail = `no feature waits for such a signal.${didYouMean(signal, [...declared.keys()])}`;
    throw new RequestError("INVALID_REQUEST", `The request is not valid: ${detail}`, {
      faults: [{ pointer: "/signal", detail }],
    });
  }
  const [first = [], ...others] = found.map((fields) => payloadFaults(fields, payload));
  if (first.length > 0 && others.every((faults) => faults.length > 0)) throw invalidRequest(first);
}

/** What a product declares. */
export const declaredBy = (catalog: Catalog, product: string) => signalsOf(catalog, catalog.product(product));
