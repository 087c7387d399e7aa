import { type Guard, NotStarted } from "../context.ts";

/** How much of the lease's margin must be left when the attempt starts. The lease begins when the claim was sent. */
const leastMarginMs = 10_000;

/** Last: the answer to the claim may have come late, and each guard before this one may have taken its time. */
export const late: Guard = ({ services: { clock }, job: { lease_until = 0, timeout_ms } }) =>
  lease_until - timeout_ms - clock.now() < leastMarginMs
    ? new NotStarted("the attempt would start too late: its lease might end while the job runs")
    : undefined;
