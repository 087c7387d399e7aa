import * as z from "zod";
import { definitions } from "../../consumers/types/definitions.ts";
import { JobRequest } from "../../core/requests/job-request.ts";

const inPascalCase = (name: string): string =>
  name.replace(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase());

const ofTypes = Object.entries(definitions).map(([type, { input, requestName, summary }]) => {
  // The name of a type, or a type expression in the case of features.
  const isName = /^\w+$/.test(requestName);
  const described = (input as z.ZodType).meta({ id: isName ? requestName : "FeatureInput", description: summary });
  return JobRequest.extend({ input: described }).meta({
    id: `${inPascalCase(type)}JobRequest`,
    description: `A request for an event of type ${type}.`,
  });
});

/** The request for a job of each type, with its input. The event decides which of them applies. */
export const JobRequestSchema = z.union(ofTypes).meta({ id: "JobRequest" });
