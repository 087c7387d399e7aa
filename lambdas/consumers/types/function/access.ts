import type * as z from "zod";
import { type Access, type Arn, literally } from "../../../core/catalog/access.ts";
import { isCodeTarget } from "../../../core/catalog/code-target.ts";
import type { Callee, FunctionTarget } from "./target.ts";
import { signedFor } from "./url.ts";

type Http = Extract<z.input<typeof Callee>, { provider: "http" }>;
type IamAuth = Extract<NonNullable<Http["auth"]>, { type: "iam" }>;

/**
 * Access to each Lambda function by its ARN, and to each URL that requires IAM. Other functions need no access; those in code are
 * granted where they are made.
 */
export const functionAccess = (target: FunctionTarget): Access[] =>
  Object.values(isCodeTarget(target) ? {} : target.envs).flatMap((callee) => {
    // An ARN without a version or alias grants the invocation without a qualifier, and of no version by its number.
    if (callee.provider === "lambda") return [{ actions: ["lambda:InvokeFunction"], resources: [callee.arn] }];
    return callee.provider === "http" && callee.auth?.type === "iam" ? signedAccess(callee.url, callee.auth) : [];
  });

function signedAccess(url: Http["url"], { arn, region }: IamAuth): Access[] {
  if (arn?.includes(":execute-api:")) return [{ actions: ["execute-api:Invoke"], resources: [literally(arn)] }];
  if (arn !== undefined) return throughUrl(arn);
  const host = typeof url === "string" ? signedFor(new URL(url)) : undefined;
  if (host?.service === "execute-api") {
    return [{ actions: ["execute-api:Invoke"], resources: methodArns(new URL(String(url)), host.region) }];
  }
  // Any other host is a name of the team's own: only `arn` can say what is behind it.
  if (host && host.region === undefined) return [];
  return throughUrl({ service: "lambda", region: region ?? host?.region, resource: "function:*" }, anyFunction);
}

const anyFunction =
  "The URL of a function does not say which function it belongs to. The grant holds only for URLs that require IAM, and `arn` in the catalog narrows it to one function.";

/**
 * A function URL requires both actions; neither allows a function to be invoked except through its URL.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
const throughUrl = (arn: string | Arn, reason?: string): Access[] => {
  const of = { resources: [arn], ...(reason !== undefined && { reason }) };
  return [
    {
      ...of,
      actions: ["lambda:InvokeFunctionUrl"],
      conditions: { StringEquals: { "lambda:FunctionUrlAuthType": "AWS_IAM" } },
    },
    {
      ...of,
      actions: ["lambda:InvokeFunction"],
      conditions: { Bool: { "lambda:InvokedViaFunctionUrl": "true" } },
    },
  ];
};

/** A POST of this path. The path's first part is the stage, unless the API serves its stage `$default`. */
function methodArns(url: URL, region: string | undefined): Arn[] {
  const [id = ""] = url.hostname.split(".");
  const [, stage = "", ...rest] = url.pathname.split("/");
  const paths = [
    `${id}/$default/POST${url.pathname}`,
    ...(stage === "" ? [] : [`${id}/${stage}/POST/${rest.join("/")}`]),
  ];
  return paths.map((path) => ({ service: "execute-api", region, resource: literally(path) }));
}
