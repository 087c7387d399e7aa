import { ownValue } from "../../../core/catalog/catalog.ts";
import { didYouMean } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { keyNotes } from "../../clients/http/key-notes.ts";
import { defineJobType } from "../define-job-type.ts";
import { channelFaults } from "./channel-faults.ts";
import { channels, notificationInput, settingOf } from "./input.ts";
import type { NotificationTarget } from "./target.ts";

export const notification = defineJobType<NotificationTarget>()({
  type: "notification",
  summary: "Send a message by push, e-mail, SMS or callback.",
  requestName: "INotificationRequest",
  section: "notifications",
  targetField: "notification",
  input: notificationInput,
  event: () => ({ notification: Tag }),
  eventNames: (event, { messages }) =>
    Object.keys(messages).map((slug) => ({ name: `${event.notification}:${slug}`, input: { slug } })),
  checkInput({ target, env, event, input }) {
    const message = ownValue(target.messages, input.slug);
    if (!message) {
      const hint = didYouMean(input.slug, Object.keys(target.messages));
      return [{ pointer: "/input/slug", detail: `notification ${event.notification} has no such message.${hint}` }];
    }
    const settings = target.envs[env] ?? {};
    const unset = channels
      .filter((channel) => input[channel] !== undefined && settings[settingOf[channel]] === undefined)
      .map((channel) => ({
        pointer: `/input/${channel}`,
        detail: `notification ${event.notification} has no ${settingOf[channel]} in env ${env}`,
      }));
    return [...unset, ...channelFaults(input, message, settings)];
  },
  notesOf: ({ input }) => keyNotes(input.callback?.headers, undefined, ["input", "callback"]),
  example: {
    event: "send_notification",
    input: {
      slug: "order_update",
      push_notification: {
        title: { en: "Order shipped" },
        body: { en: "Your order has been shipped!" },
        device_token: "abcdef123456",
      },
    },
  },
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 120_000, memory_mb: 256 },
});
