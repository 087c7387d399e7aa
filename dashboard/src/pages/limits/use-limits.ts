import { ductape } from "../../api/client.ts";
import { usePoll } from "../../api/use-poll.ts";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { isBusy } from "./words.ts";

/** The limits of an env with what waits for them. */
export const useLimits = (tenant: Tenant) =>
  usePoll(["limits", tenant], () => ductape().limits.list(tenant), { isFinal: (limits) => !limits.some(isBusy) });
