import type { Rejections } from "../core/outward-ports.ts";
import type { ImportQueue, MessageQueue } from "../core/ports.ts";
import type { Services } from "../core/services.ts";
import type { TaskMessage } from "../core/task-message.ts";

export interface IntakeServices extends Services {
  rejections: Rejections;
  imports: ImportQueue;
  /** What is to be said to Step Functions. */
  tasks: MessageQueue<TaskMessage>;
  /** The name of the bucket whose objects are imported. */
  bucket: string;
}
