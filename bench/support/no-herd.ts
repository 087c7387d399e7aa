import type { RelayMessage } from "../../lambdas/core/job/relay-message.ts";
import { hotMinutes } from "../../lambdas/core/operations/hot-minutes.ts";
import type { DueCounts } from "../../lambdas/core/ports/due-counts.ts";
import type { MessageQueue } from "../../lambdas/core/ports/job-queue.ts";
import type { Unscheduled } from "../../lambdas/core/ports/unscheduled.ts";
import { only } from "./only.ts";

/** The ports of minutes that hold many jobs, where none does: a call of them throws, except for a look that finds nothing. */
export const noHerd = () => ({
  unscheduled: only<Unscheduled>("unscheduled", { page: async () => ({ kept: [] }) }),
  relays: only<MessageQueue<RelayMessage>>("relays"),
  dueCounts: only<DueCounts>("dueCounts"),
  hot: hotMinutes(only<DueCounts>("dueCounts")),
});
