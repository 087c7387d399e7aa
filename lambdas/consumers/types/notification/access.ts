import type { Access } from "../../../core/catalog/access.ts";
import type { NotificationTarget } from "./target.ts";

/** Access for the e-mails and text messages that AWS sends. The other channels have their own credentials. */
export const notificationAccess = ({ envs }: NotificationTarget): Access[] =>
  Object.values(envs).flatMap(({ email, sms }) => [
    ...(email?.provider === "ses" ? [sendAs(addressIn(email.from), email.region)] : []),
    ...(sms?.provider === "sns" ? [publishToPhones] : []),
  ]);

const addressIn = (from: string): string => /<([^<>]+)>\s*$/.exec(from)?.[1]?.trim() ?? from.trim();

/**
 * SES checks the permission for every identity and configuration set that applies to a message. Whichever these are, the grant
 * is limited to this sender, which SES has verified.
 * https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
 */
const sendAs = (address: string, region: string | undefined): Access => ({
  actions: ["ses:SendEmail"],
  resources: ["configuration-set/*", "identity/*"].map((resource) => ({ service: "ses", region, resource })),
  conditions: { StringEquals: { "ses:FromAddress": address } },
  reason:
    "Settings of SES, which may change at any time, say which identity covers the sender (its address or a domain), which configuration set that one has by default, and, in the sandbox, which one the recipient has: any of them, for this sender only.",
});

/** A phone number has no ARN, so the grant excludes everything that has one: topics and devices. */
const publishToPhones: Access = {
  actions: ["sns:Publish"],
  notResources: [{ service: "sns", region: "*", account: "*", resource: "*" }],
};
