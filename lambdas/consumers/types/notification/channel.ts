import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import type { Achieved } from "./fan-out.ts";
import { type Channel, type NotificationInput, settingOf } from "./input.ts";
import type { NotificationTarget } from "./target.ts";

export type Settings = NonNullable<NotificationTarget["envs"][string]>;
export type Message = NonNullable<NotificationTarget["messages"][string]>;

/** The arguments of every channel; each uses its own part. */
export interface ChannelSending {
  execution: Execution;
  input: NotificationInput;
  /** The templates of the catalog's message that the input's slug names. */
  message: Message;
  settings: Settings;
  /** What earlier attempts achieved on this channel. */
  before: Achieved | undefined;
}

/** What a channel reports: `sent` and `dead` by recipient (see fan-out.ts), or the status of a callback's answer. */
export type Report = Partial<Achieved> & { response_status?: number };

/**
 * Sends a message by one channel. If it reaches only some recipients, it throws a JobError whose `progress` is a Report.
 */
export type SendChannel = (sending: ChannelSending) => Promise<Report>;

/** A channel's setting of the env; a deployment may have dropped it since the job was requested. */
export function settingFor<C extends keyof Settings>(sending: ChannelSending, setting: C): NonNullable<Settings[C]> {
  const found = sending.settings[setting];
  if (found) return found;
  const { event, job } = sending.execution;
  throw new JobError("CONFIGURATION_ERROR", `Notification ${event.notification} has no ${setting} in env ${job.env}.`);
}

/** The input's part for a channel; execute.ts calls a channel only if there is one. */
export function contentFor<C extends Channel>(sending: ChannelSending, channel: C): NonNullable<NotificationInput[C]> {
  const content = sending.input[channel];
  if (content === undefined) throw new Error(`${settingOf[channel]} was not asked for`);
  return content as NonNullable<NotificationInput[C]>;
}
