import { hasExpired } from "../../../core/job/series.ts";
import { cancelled } from "../../../core/job/transitions.ts";
import type { Guard } from "../context.ts";

/** Before what ends only a run: this ends the job, and its series. */
export const expired: Guard = ({ services: { clock }, job }) =>
  hasExpired(job, clock.now()) ? (of) => cancelled(of, clock.now(), "expired") : undefined;
