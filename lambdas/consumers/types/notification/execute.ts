import type { JobError } from "../../../core/job/job-error.ts";
import { defined } from "../../../core/kernel/defined.ts";
import type { ChannelView } from "../../../core/queries/channels-view.ts";
import { withDeadline } from "../../clients/before-deadline.ts";
import { defineExecutor, type ExecutionOf } from "../define-job-type.ts";
import { declared, settingsOfEnv } from "../settings-of-env.ts";
import type { ChannelSending, Report, SendChannel } from "./channel.ts";
import { sendCallback } from "./channels/callback.ts";
import { sendEmail } from "./channels/email.ts";
import { sendPushNotification } from "./channels/push-notification.ts";
import { sendSms } from "./channels/sms.ts";
import { notification } from "./definition.ts";
import { asJobError, combined } from "./failures.ts";
import { type Channel, channels } from "./input.ts";

type Execution = ExecutionOf<typeof notification>;

type Senders = { [C in Channel]: SendChannel };

/** The channels, one file each. */
const senders: Senders = {
  push_notification: sendPushNotification,
  email: sendEmail,
  sms: sendSms,
  callback: sendCallback,
};

type ChannelResult = ChannelView;

/** The result of a notification, or the progress of a failed one: a retry sends only what is not `sent`. */
export interface NotificationResult {
  channels: { [C in Channel]?: ChannelResult };
}

/** Sends a message by all channels that the input names, at the same time. `replaced` senders replace the channels' own. */
export const notificationExecutor = (replaced: Partial<Senders> = {}) => {
  const by = { ...senders, ...replaced };
  return defineExecutor(notification, (execution) => notify(by, execution));
};

export const execute = notificationExecutor();

async function notify(by: Senders, execution: Execution): Promise<NotificationResult> {
  const { input } = execution;
  const target = messageTemplateOf(execution, input.slug);
  const before = (execution.progress as NotificationResult | undefined)?.channels ?? {};
  const asked = channels.filter((channel) => input[channel] !== undefined);
  const outcomes = await withDeadline(execution, (signal) =>
    Promise.all(
      asked.map(async (channel) => ({
        channel,
        ...(await sendBy(by[channel], { execution: { ...execution, signal }, input, ...target }, before[channel])),
      })),
    ),
  );
  const result = { channels: Object.fromEntries(outcomes.map(({ channel, report }) => [channel, report])) };
  const failures = outcomes.flatMap(({ error }) => error ?? []);
  if (failures.length === 0) return result;
  const parts = outcomes.flatMap(({ channel, error }) => (error ? `${channel}: ${error.code}: ${error.message}` : []));
  throw combined(failures, parts.join(" "), result);
}

async function sendBy(
  send: SendChannel,
  sending: Omit<ChannelSending, "before">,
  before: ChannelResult | undefined,
): Promise<{ report: ChannelResult; error?: JobError }> {
  if (before?.status === "sent") return { report: before };
  const achieved = before?.sent && before.dead ? { sent: before.sent, dead: before.dead } : undefined;
  try {
    return { report: { status: "sent", ...(await send({ ...sending, before: achieved })) } };
  } catch (cause) {
    const error = asJobError(cause, sending.execution.log);
    // A channel that fails before it sends, for example without a credential, must keep what earlier attempts achieved.
    const reached = (error.progress as Report | undefined) ?? achieved;
    const codes = { code: error.code, ...defined({ provider_code: error.providerCode }) };
    return { report: { status: "failed", ...codes, ...reached }, error };
  }
}

const messageTemplateOf = ({ target, event, job }: Execution, slug: string) => ({
  settings: settingsOfEnv(target.envs, job, `Notification ${event.notification}`),
  message: declared(
    target.messages,
    slug,
    `Notification ${event.notification} no longer has the message of this slug.`,
  ),
});
