import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";

/** The feature of most tests: its second step runs on a condition, and its third uses the result of the first. */
export const onboard: FeatureTarget = {
  input: { email: { type: "email" }, plan: { type: "string", required: false } },
  sequences: {
    main: [
      { event: "create", input: { body: { email: "$Input{email}" } } },
      {
        event: "charge",
        if: { value: "$Input{plan}", equals: "pro" },
        input: { body: { customer: "$Sequence{main}{create}{body}{id}" } },
      },
      { event: "mail", input: { body: { text: "$Concat(['Hello', $Sequence{main}{create}{body}{id}], ' ')" } } },
    ],
  },
  output: { customer: "$Sequence{main}{create}{body}{id}", charge: "$Sequence{main}{charge}{body}{id}" },
};
