import type { AwsQuestions } from "./aws.ts";
import { type Finding, note, ok, problem } from "./finding.ts";

/** What the CDK's stacks need. https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html */
const leastBootstrap = 6;
/** With fewer, a burst of jobs and the API take each other's executions. */
const leastConcurrency = 100;

/**
 * What a deployment needs. Where there are no credentials, the rest is not asked. That they are absent is a problem only for those who
 * are about to deploy.
 */
export async function checkAws(aws: AwsQuestions, toDeploy: boolean): Promise<Finding[]> {
  const lacking = toDeploy ? problem : note;
  const credentials = await aws.credentials().then(
    () => ok("AWS credentials", "found"),
    () => lacking("AWS credentials", "none", "Set AWS_PROFILE, or log in as for any AWS tool. Needed to deploy only."),
  );
  const region = await aws.region().then(
    (name) => ok("AWS Region", name),
    () => lacking("AWS Region", "none", "Set AWS_REGION to the Region to deploy to. Needed to deploy only."),
  );
  if (credentials.state !== "ok" || region.state !== "ok")
    return [credentials, region, note("AWS account", "not looked at, for lack of credentials or a Region")];
  return [credentials, region, ...(await Promise.all([checkBootstrap(aws), checkConcurrency(aws), checkMail(aws)]))];
}

function checkBootstrap(aws: AwsQuestions): Promise<Finding> {
  const check = "CDK bootstrap";
  return aws.bootstrap().then(
    ({ version, account }) =>
      version >= leastBootstrap
        ? ok(check, `version ${version}${account ? ` in account ${account}` : ""}`)
        : problem(check, `version ${version}`, `Version ${leastBootstrap} or newer is needed: npx cdk bootstrap`),
    (error: Error) =>
      error.name === "ParameterNotFound"
        ? problem(check, "not in this account and Region", "Run once: npx cdk bootstrap")
        : unreadable(check, error),
  );
}

function checkConcurrency(aws: AwsQuestions): Promise<Finding> {
  const check = "Lambda concurrency";
  const remedy = (most: number) =>
    `Ask for more before you deploy: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000. Until then, set jobs:accountConcurrency to ${most}, so that requests which wait for jobs leave room for the jobs, and jobs:maxConcurrency to 2.`;
  return aws.concurrency().then(
    (most) =>
      most >= leastConcurrency
        ? ok(check, `${most} functions at a time`)
        : problem(check, `${most} at a time`, remedy(most)),
    (error: Error) => unreadable(check, error),
  );
}

function checkMail(aws: AwsQuestions): Promise<Finding> {
  const check = "SES";
  return aws.mail().then(
    ({ isSandbox, perDay }) =>
      isSandbox
        ? note(check, `in its sandbox: e-mail through SES reaches verified addresses only, ${perDay} per day`)
        : ok(check, `${perDay} e-mails per day`),
    (error: Error) => unreadable(check, error),
  );
}

/** These credentials may not read it, or AWS cannot be reached: no fault of the project. By its name, which has no secret in it. */
function unreadable(check: string, { name }: Error): Finding {
  if (/^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature)/.test(name))
    return problem(check, `AWS does not accept these credentials (${name})`, "Log in again.");
  return note(check, `cannot be read with these credentials (${name})`);
}
