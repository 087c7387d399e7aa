/** Whether nothing follows a status: neither an attempt nor, in a series, another run. */
export const isFinished = ({ status }: { status: string }): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";
