import type { Execution } from "../../../../core/operations/execution.ts";
import type { Achieved } from "../fan-out.ts";

/** A rendered e-mail, and the addresses to send it to, separately. */
export interface Mail {
  recipients: string[];
  subject: string;
  html: string;
  text: string;
  before: Achieved | undefined;
}

/** Sends to the addresses that earlier attempts did not reach. */
export type SendMail<Setting> = (execution: Execution, setting: Setting, mail: Mail) => Promise<Achieved>;
