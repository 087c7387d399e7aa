import type { JobReceipt } from "./answers.ts";

export const isFinished = ({ status }: Pick<JobReceipt, "status">): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";
