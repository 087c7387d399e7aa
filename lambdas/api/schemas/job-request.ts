import * as z from "zod";
import { definitions } from "../../consumers/types/definitions.ts";
import { JobRequest } from "../../core/requests/job-request.ts";
import { lazy } from "../../core/schema/lazy.ts";

/** The request for a job of each type, and with it the input that the type takes: which it must be follows from the event. */
export const JobRequestSchema = lazy(() => {
  const ofTypes = Object.entries(definitions).map(([type, { input, requestName, summary }]) => {
    // A name of a type, unless it is an expression of types, as the feature's is.
    const isName = /^\w+$/.test(requestName);
    const described = (input() as z.ZodType).meta({ id: isName ? requestName : "FeatureInput", description: summary });
    return JobRequest.extend({ input: described }).meta({
      id: `${inPascalCase(type)}JobRequest`,
      description: `For an event of the type ${type}.`,
    });
  });
  return z.union(ofTypes).meta({ id: "JobRequest" });
});

const inPascalCase = (name: string): string =>
  name.replace(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase());
