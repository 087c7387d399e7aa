import type { Stack } from "aws-cdk-lib/core";
import type * as z from "zod";
import { cloudFunction } from "../../lambdas/consumers/types/function/definition.ts";
import type { Callee } from "../../lambdas/consumers/types/function/target.ts";
import { signedFor } from "../../lambdas/consumers/types/function/url.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { arnOf, literally, settingsOf, unique } from "./arn.ts";
import { allow, allowEach, allowIf, type Capability } from "./capability.ts";

type Written = z.input<typeof Callee>;
type Http = Extract<Written, { provider: "http" }>;
type IamAuth = Extract<NonNullable<Http["auth"]>, { type: "iam" }>;

/** What the consumer of functions may call: each Lambda by its ARN, each URL that asks for IAM. Nothing for the others. */
export function functionGrants(stack: Stack, products: readonly Product[]): Capability[] {
  const callees = settingsOf<Written>(products, cloudFunction);
  const invoked = callees.flatMap((callee) => (callee.provider === "lambda" ? [callee.arn] : []));
  const signed = callees.flatMap((callee) =>
    callee.provider === "http" && callee.auth?.type === "iam" ? [{ url: callee.url, auth: callee.auth }] : [],
  );
  return [
    // An ARN without a version or alias opens the function as it is called then, and no version of it by number.
    ...allowEach(["lambda:InvokeFunction"], unique(invoked)),
    ...signed.flatMap(({ url, auth }) => signedGrants(stack, url, auth)),
  ];
}

function signedGrants(stack: Stack, url: Http["url"], auth: IamAuth): Capability[] {
  if (auth.arn?.includes(":execute-api:")) return [allow(["execute-api:Invoke"], [literally(auth.arn)])];
  if (auth.arn !== undefined) return throughUrl([auth.arn]);
  const host = typeof url === "string" ? signedFor(new URL(url)) : undefined;
  if (host?.service === "execute-api") return [allow(["execute-api:Invoke"], methodArns(stack, new URL(String(url))))];
  // Some other host: a name of the team's own, of which only `arn` can say what is behind it.
  if (host && host.region === undefined) return [];
  return throughUrl([arnOf(stack, "lambda", "function:*", auth.region ?? host?.region)], anyFunction);
}

const anyFunction =
  "The URL of a function does not say which function it belongs to. Only through URLs that ask for IAM, and `arn` in the catalog narrows it to one function.";

/**
 * A function URL asks for both; neither lets anybody invoke a function in another way than through its URL.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
const throughUrl = (arns: string[], because?: string): Capability[] => [
  allowIf({ StringEquals: { "lambda:FunctionUrlAuthType": "AWS_IAM" } }, ["lambda:InvokeFunctionUrl"], arns, because),
  allowIf({ Bool: { "lambda:InvokedViaFunctionUrl": "true" } }, ["lambda:InvokeFunction"], arns, because),
];

/** A POST of this path: the path's first part is the stage, unless the API serves its stage `$default`. */
function methodArns(stack: Stack, url: URL): string[] {
  const [id = ""] = url.hostname.split(".");
  const { region } = signedFor(url);
  const [, stage = "", ...rest] = url.pathname.split("/");
  const resources = [
    `${id}/$default/POST${url.pathname}`,
    ...(stage === "" ? [] : [`${id}/${stage}/POST/${rest.join("/")}`]),
  ];
  return resources.map((resource) => arnOf(stack, "execute-api", literally(resource), region));
}
