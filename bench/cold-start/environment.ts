import { lambdaEnvironment } from "../../local/environment.ts";

/** A port that nobody listens at: what calls AWS fails at once. */
const nowhere = "http://127.0.0.1:9";

/** What a function finds in its environment. */
export const environment = {
  ...lambdaEnvironment({
    dynamodb: nowhere,
    sqsAndS3: nowhere,
    scheduler: nowhere,
    secrets: nowhere,
    events: nowhere,
    outbox: nowhere,
    queueUrl: (name) => `${nowhere}/${name}`,
    reconcileGraceMs: 60_000,
  }),
  AWS_MAX_ATTEMPTS: "1",
};
