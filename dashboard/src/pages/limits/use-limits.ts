import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { usePoll } from "../../api/use-poll.ts";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { isBusy } from "./words.ts";

const limitsOf = defineQuery("limits", (tenant: Tenant) => ductape().limits.list(tenant));

/** The limits of an env with what waits for them. */
export const useLimits = (tenant: Tenant) => usePoll(limitsOf(tenant), { isFinal: (limits) => !limits.some(isBusy) });
