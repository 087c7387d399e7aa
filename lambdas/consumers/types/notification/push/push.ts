import type { Execution } from "../../../../core/operations/execution.ts";
import type { Achieved } from "../fan-out.ts";

/** A rendered push message, and the devices to send it to. */
export interface Push {
  title: string;
  body: string;
  data: Record<string, unknown> | undefined;
  tokens: string[];
  before: Achieved | undefined;
}

/** Sends to the devices that earlier attempts did not reach. */
export type SendPush<Setting> = (execution: Execution, setting: Setting, push: Push) => Promise<Achieved>;
