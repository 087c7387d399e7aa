import type { InputCheck, JobTypeDefinition } from "../../../core/catalog/job-type.ts";
import type { Fault } from "../../../core/errors.ts";
import { didYouMean } from "../../../core/schema/schema.ts";
import { Tag } from "../../../core/schema/tag.ts";
import { channelFaults } from "./channel-faults.ts";
import { channels, type NotificationInput, notificationInput, settingOf } from "./input.ts";
import type { NotificationTarget } from "./target.ts";

export const notification = {
  type: "notification",
  summary: "Send a message by push, e-mail, SMS or callback.",
  requestName: "INotificationRequest",
  section: "notifications",
  targetField: "notification",
  input: notificationInput,
  eventFields: () => ({ notification: Tag }),
  checkInput: checkNotification,
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 120_000, memory_mb: 256 },
} as const satisfies JobTypeDefinition;

function checkNotification({ target, env, event, input }: InputCheck): Fault[] {
  const { messages, envs } = target as NotificationTarget;
  const slug = String(input.slug);
  if (!Object.hasOwn(messages, slug)) {
    const hint = didYouMean(slug, Object.keys(messages));
    return [{ pointer: "/input/slug", detail: `notification ${event.notification} has no such message.${hint}` }];
  }
  const settings = envs[env] ?? {};
  const unset = channels
    .filter((channel) => input[channel] !== undefined && settings[settingOf[channel]] === undefined)
    .map((channel) => ({
      pointer: `/input/${channel}`,
      detail: `notification ${event.notification} has no ${settingOf[channel]} in env ${env}`,
    }));
  return [...unset, ...channelFaults(input as NotificationInput, messages[slug] ?? {}, settings)];
}
