import { lambdaEnvironment } from "../../local/runtime/environment.ts";

/** The environment of a function whose AWS is at this URL. */
export const environmentAt = (aws: string): NodeJS.ProcessEnv => ({
  ...lambdaEnvironment({
    api: aws,
    dynamodb: aws,
    sqsAndS3: aws,
    scheduler: aws,
    secrets: aws,
    code: aws,
    events: aws,
    outbox: aws,
    queueUrl: (name) => `${aws}/${name}`,
    reconcileGraceMs: 60_000,
  }),
  AWS_MAX_ATTEMPTS: "1",
});
