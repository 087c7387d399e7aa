import { query } from "../../api/request.ts";
import type { Tenant } from "../../ui/tenant-picker.tsx";

/** The jobs behind a bar: those of the tenant that ended within its time, of one event if the chart is about one. */
export const jobsWithin = (tenant: Tenant, event: string, { from, to }: { from: number; to: number }): string =>
  `/jobs${query({
    ...{ product: tenant.product_tag, env: tenant.env, event, status: "completed,failed" },
    ...{ from, to: to - 1 },
  })}`;
