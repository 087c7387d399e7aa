import type { OperationServices } from "../core/operations/go-on.ts";
import type { SchedulingServices } from "../core/operations/services.ts";
import type { TaskMessage } from "../core/outbound/task-message.ts";
import type { ImportQueue } from "../core/ports/import-queue.ts";
import type { MessageQueue } from "../core/ports/job-queue.ts";
import type { Rejections } from "../core/ports/rejections.ts";

export interface IntakeServices extends SchedulingServices, OperationServices {
  rejections: Rejections;
  imports: ImportQueue;
  /** Messages for the tasks of Step Functions that wait for a job. */
  tasks: MessageQueue<TaskMessage>;
  /** The name of the payload bucket, whose objects are imported. */
  bucket: string;
}
