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

/** Statistics count each hour that the window touches, so its end is within the last one. */
const askStats = (tenant: Tenant, { from, to }: Span): Promise<Stats> =>
  ductape().jobs.stats({ ...tenant, from, to: to - 1 });

/** The figures of the whole window. */
export const useStats = (tenant: Tenant | undefined, window: WindowId) =>
  usePoll(["stats", tenant, window], () => askStats(tenant as Tenant, spanOf(window, apiNow())), {
    enabled: tenant !== undefined,
  });

/** How long the figures of a part may still change after it is over: an event may be counted late. */
const settledMs = 5 * 60_000;

/** How many parts are asked for at once: the rest of the page must not wait behind them. */
const atOnce = 3;

/** Completed and failed runs by part of the window. A part that is over is read once and remembered. */
export const useThroughput = (tenant: Tenant | undefined, window: WindowId) =>
  usePoll(["throughput", tenant, window], () => askParts(tenant as Tenant, partsOf(window, apiNow())), {
    enabled: tenant !== undefined,
  });

async function askParts(tenant: Tenant, spans: Span[]): Promise<Part[]> {
  const parts: Part[] = [];
  for (let i = 0; i < spans.length; i += atOnce) {
    parts.push(...(await Promise.all(spans.slice(i, i + atOnce).map((span) => askPart(tenant, span)))));
  }
  return parts;
}

async function askPart(tenant: Tenant, span: Span): Promise<Part> {
  const isOver = span.to + settledMs < apiNow();
  const { counts } = await queryClient.fetchQuery({
    queryKey: ["stats-part", tenant, span.from, span.to],
    queryFn: () => askStats(tenant, span),
    staleTime: isOver ? Number.POSITIVE_INFINITY : 0,
  });
  return { ...span, completed: counts.completed, failed: counts.failed };
}
