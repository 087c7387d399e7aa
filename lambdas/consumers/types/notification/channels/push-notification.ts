import { JobError } from "../../../../core/job/job-error.ts";
import { type ChannelSending, contentFor, type SendChannel, settingFor } from "../channel.ts";
import type { Achieved } from "../fan-out.ts";
import { sendExpo } from "../push/expo.ts";
import { sendFcm } from "../push/fcm.ts";
import type { Push } from "../push/push.ts";
import { render } from "../template.ts";

/** Sends to every device. Dead devices fail the channel only if there are no others. */
export const sendPushNotification: SendChannel = async (sending) => {
  const setting = settingFor(sending, "push");
  const push = pushOf(sending);
  const { execution } = sending;
  const achieved = await (setting.provider === "fcm"
    ? sendFcm(execution, setting, push)
    : sendExpo(execution, setting, push));
  if (achieved.sent.length === 0) throw noDevice(achieved);
  return achieved;
};

function pushOf(sending: ChannelSending): Push {
  const { title, body, data, device_token, device_tokens = [] } = contentFor(sending, "push_notification");
  const templates = sending.message.push_notification;
  const { locale } = sending.input;
  return {
    title: render(templates?.title, title, { field: "push_notification.title", locale }),
    body: render(templates?.body, body, { field: "push_notification.body", locale }),
    data,
    tokens: [...(device_token === undefined ? [] : [device_token]), ...device_tokens],
    before: sending.before,
  };
}

const noDevice = (progress: Achieved) =>
  new JobError("NOT_FOUND", "None of the devices is registered any more.", { progress });
