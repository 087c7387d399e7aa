import type { ImportQueue, Rejections } from "../core/ports.ts";
import type { Services } from "../core/services.ts";

export interface IntakeServices extends Services {
  rejections: Rejections;
  imports: ImportQueue;
  /** The name of the bucket whose objects are imported. */
  bucket: string;
}
