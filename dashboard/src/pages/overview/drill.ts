import { query } from "../../api/request.ts";
import type { Tenant } from "../../ui/tenant-picker.tsx";

/** The jobs behind a bar: those of the tenant that ended within its time. */
export const jobsWithin = (tenant: Tenant, { from, to }: { from: number; to: number }): string =>
  `/jobs${query({
    ...{ product: tenant.product_tag, env: tenant.env, status: "completed,failed" },
    ...{ from, to: to - 1 },
  })}`;
