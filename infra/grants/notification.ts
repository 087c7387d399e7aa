import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Stack } from "aws-cdk-lib/core";
import { notification } from "../../lambdas/consumers/notification/definition.ts";
import type { Product } from "../../lambdas/core/catalog.ts";
import { allowIf, type Capability } from "../capability.ts";
import { arnOf, literally, settingsOf, unique } from "./arn.ts";

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
    ...[...senders.values()].flatMap(({ from, region }) => sendAs(stack, addressIn(from), region)),
    ...(settings.some(({ sms }) => sms?.provider === "sns") ? [publishToPhones(stack)] : []),
  ];
}

const addressIn = (from: string): string => /<([^<>]+)>\s*$/.exec(from)?.[1]?.trim() ?? from.trim();

/**
 * SES checks the identity that it finds for a sender: the address itself, its domain or a domain above that; and the
 * configuration set that this identity has by default, if it has one. Whichever they are, the sender is this one.
 * https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
 */
function sendAs(stack: Stack, address: string, region: string): Capability[] {
  const labels = address.slice(address.lastIndexOf("@") + 1).split(".");
  const domains = labels.slice(0, -1).map((_, i) => labels.slice(i).join("."));
  const identities = unique([address, ...domains]).map((name) =>
    arnOf(stack, "ses", `identity/${literally(name)}`, region),
  );
  const sets = arnOf(stack, "ses", "configuration-set/*", region);
  const onlyAs = { StringEquals: { "ses:FromAddress": address } };
  return [allowIf(onlyAs, ["ses:SendEmail"], identities), allowIf(onlyAs, ["ses:SendEmail"], [sets], anyDefault)];
}

const anyDefault =
  "Which configuration set a sender's identity has is a setting of SES, which may change at any time: any of them, for this sender only.";

/** A phone number has no ARN, so that only "everything but what has one" leaves topics and devices out. */
const publishToPhones = ({ partition }: Stack): Capability => ({
  statement: new PolicyStatement({ actions: ["sns:Publish"], notResources: [`arn:${partition}:sns:*:*:*`] }),
});
