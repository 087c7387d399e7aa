import type { Stats } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { usePoll } from "../../api/use-poll.ts";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { spanOf, type WindowId, windows } from "./window.ts";

export type Part = NonNullable<Stats["parts"]>[number];

const statsOf = defineQuery("stats", (tenant: Tenant, window: WindowId, event: string): Promise<Stats> => {
  const { from, to } = spanOf(window, apiNow());
  const only = event === "" ? {} : { event };
  return ductape().jobs.stats({ ...tenant, ...only, from, to: to - 1, part_hours: windows[window].partHours });
});

/**
 * The figures of the window and of its parts, of all events or of one. Statistics count each hour that it touches, so its end is within the
 * last one.
 */
export const useStats = (tenant: Tenant | undefined, window: WindowId, event: string) =>
  usePoll(tenant && statsOf(tenant, window, event), { rare: true });
