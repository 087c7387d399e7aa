import type { Pause } from "../../../sdk/src/index.ts";
import { ductape } from "./client.ts";
import { defineQuery } from "./define-query.ts";
import { useCan } from "./me.ts";
import { usePoll } from "./use-poll.ts";

const pauses = defineQuery("pauses", () => ductape().pauses.list());

/** The pauses of all that the key reads, for their page and, `rare`, the banner. Undefined until they are known. */
export function usePauses({ rare = false } = {}): Pause[] | undefined {
  const can = useCan();
  const isFinal = (known: Pause[]) => known.every(({ state }) => state === "active");
  return usePoll(can("jobs:read") ? pauses() : undefined, rare ? { rare } : { slow: true, isFinal }).data;
}
