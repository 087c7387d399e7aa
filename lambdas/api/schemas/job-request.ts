import * as z from "zod";
import { registry } from "../../consumers/registry.ts";
import { once } from "../../core/once.ts";
import { JobRequest } from "../../core/request.ts";

/** A type's name as a component: the feature's is no name. */
const idOf = (requestName: string) => (/^\w+$/.test(requestName) ? requestName : "FeatureInput");

/** The request for a job with the inputs that the types take: which of them it must be follows from the event. */
export const JobRequestSchema = once(() => {
  const inputs = Object.values(registry).map(({ input, requestName, summary }) =>
    (input() as z.ZodType).meta({ id: idOf(requestName), description: summary }),
  );
  return JobRequest.extend({
    input: z.union(inputs).describe("Its shape follows from the event's type."),
  }).meta({ id: "JobRequest" });
});
