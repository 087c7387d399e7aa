import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Stack } from "aws-cdk-lib/core";
import { notification } from "../../lambdas/consumers/types/notification/definition.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { arnOf, settingsOf } from "./arn.ts";
import { allowIf, type Capability } from "./capability.ts";

/** The settings of an env that send through AWS with the consumer's own role. */
interface Channels {
  email?: { provider: string; from?: string; region?: string };
  sms?: { provider: string };
}

/** What the consumer of notifications may send: e-mail from the senders that the catalog names, and SMS if it names SNS. */
export function notificationGrants(stack: Stack, products: readonly Product[]): Capability[] {
  const settings = settingsOf<Channels>(products, notification);
  const ses = settings.flatMap(({ email }) => (email?.provider === "ses" && email.from ? [email] : []));
  const senders = new Map(ses.map(({ from = "", region = stack.region }) => [`${region} ${from}`, { from, region }]));
  return [
    ...[...senders.values()].map(({ from, region }) => sendAs(stack, addressIn(from), region)),
    ...(settings.some(({ sms }) => sms?.provider === "sns") ? [publishToPhones(stack)] : []),
  ];
}

const addressIn = (from: string): string => /<([^<>]+)>\s*$/.exec(from)?.[1]?.trim() ?? from.trim();

/**
 * SES asks about every identity and configuration set that a message has to do with. Whichever they are, the sender is
 * this one, and SES wants that verified.
 * https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
 */
const sendAs = (stack: Stack, address: string, region: string): Capability =>
  allowIf(
    { StringEquals: { "ses:FromAddress": address } },
    ["ses:SendEmail"],
    ["configuration-set/*", "identity/*"].map((resource) => arnOf(stack, "ses", resource, region)),
    settingsOfSes,
  );

const settingsOfSes =
  "Settings of SES, which may change at any time, say which identity covers the sender (its address or a domain), which configuration set that one has by default, and, in the sandbox, which one the recipient has: any of them, for this sender only.";

/** A phone number has no ARN, so that only "everything but what has one" leaves topics and devices out. */
const publishToPhones = ({ partition }: Stack): Capability => ({
  statement: new PolicyStatement({ actions: ["sns:Publish"], notResources: [`arn:${partition}:sns:*:*:*`] }),
});
