import type { SchedulingServices } from "../core/operations/services.ts";
import type { TaskMessage } from "../core/outbound/task-message.ts";
import type { Rejections } from "../core/ports/outbound-ports.ts";
import type { ImportQueue, MessageQueue } from "../core/ports/ports.ts";

export interface IntakeServices extends SchedulingServices {
  rejections: Rejections;
  imports: ImportQueue;
  /** Messages for the tasks of Step Functions that wait for a job. */
  tasks: MessageQueue<TaskMessage>;
  /** The name of the payload bucket, whose objects are imported. */
  bucket: string;
}
