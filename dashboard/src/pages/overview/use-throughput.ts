import type { Stats } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { queryClient } from "../../api/query-client.ts";
import { usePoll } from "../../api/use-poll.ts";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { partsOf, type Span, spanOf, type WindowId } from "./window.ts";

export interface Part extends Span {
  completed: number;
  failed: number;
}

const askStats = (tenant: Tenant, { from, to }: Span): Promise<Stats> => ductape().jobs.stats({ ...tenant, from, to });

/** The figures of the whole window. */
export const useStats = (tenant: Tenant | undefined, window: WindowId) =>
  usePoll(["stats", tenant, window], () => askStats(tenant as Tenant, spanOf(window, apiNow())), {
    enabled: tenant !== undefined,
  });

/** How long the figures of a part may still change after it is over: an event may be counted late. */
const settledMs = 5 * 60_000;

/** Completed and failed runs by part of the window. A part that is over is read once and remembered. */
export const useThroughput = (tenant: Tenant | undefined, window: WindowId) =>
  usePoll(
    ["throughput", tenant, window],
    () => Promise.all(partsOf(window, apiNow()).map((part) => askPart(tenant as Tenant, part))),
    {
      enabled: tenant !== undefined,
    },
  );

async function askPart(tenant: Tenant, span: Span): Promise<Part> {
  const isOver = span.to + settledMs < apiNow();
  const { counts } = await queryClient.fetchQuery({
    queryKey: ["stats-part", tenant, span.from, span.to],
    queryFn: () => askStats(tenant, span),
    staleTime: isOver ? Number.POSITIVE_INFINITY : 0,
  });
  return { ...span, completed: counts.completed, failed: counts.failed };
}
