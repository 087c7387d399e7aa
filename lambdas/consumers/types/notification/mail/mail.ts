import type { Execution } from "../../../../core/operations/execution.ts";
import type { Achieved } from "../fan-out.ts";

/** An e-mail, rendered, and the addresses that each get one. */
export interface Mail {
  recipients: string[];
  subject: string;
  html: string;
  text: string;
  before: Achieved | undefined;
}

/** Sends to the addresses that earlier attempts did not reach. */
export type SendMail<Setting> = (execution: Execution, setting: Setting, mail: Mail) => Promise<Achieved>;
