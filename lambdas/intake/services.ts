import type { Services } from "../core/operations/services.ts";
import type { TaskMessage } from "../core/outbound/task-message.ts";
import type { Rejections } from "../core/ports/outbound-ports.ts";
import type { ImportQueue, MessageQueue } from "../core/ports/ports.ts";

export interface IntakeServices extends Services {
  rejections: Rejections;
  imports: ImportQueue;
  /** What is to be said to Step Functions. */
  tasks: MessageQueue<TaskMessage>;
  /** The name of the bucket whose objects are imported. */
  bucket: string;
}
