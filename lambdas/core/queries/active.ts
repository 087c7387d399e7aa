import type * as z from "zod";
import type { Tenant } from "../access/tenants.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import type { StatsStore } from "../ports/stats-store.ts";
import type { ActiveSchema } from "./schemas/active.ts";

type ActiveView = z.infer<typeof ActiveSchema>;

/** Which of these tenants have had jobs lately, the latest first. Reads one item of each, where a list of jobs reads all its partitions. */
export async function active(stats: Pick<StatsStore, "latest">, tenants: readonly Tenant[]): Promise<ActiveView> {
  const found = await inParallel(readsAtOnce, tenants, async ({ product, env }) => {
    const last_active_at = await stats.latest(product, env);
    return last_active_at === undefined ? [] : [{ product_tag: product, env, last_active_at }];
  });
  return { tenants: found.flat().sort((one, other) => other.last_active_at - one.last_active_at) };
}
