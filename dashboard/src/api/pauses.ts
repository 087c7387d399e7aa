import type { Pause } from "../../../sdk/src/index.ts";
import { ductape } from "./client.ts";
import { useCan } from "./me.ts";
import { usePoll } from "./use-poll.ts";

/** The pauses of all that the key reads, shared by the banner and the page of pauses. Undefined until they are known. */
export function usePauses(): Pause[] | undefined {
  const can = useCan();
  return usePoll(["pauses"], () => ductape().pauses.list(), {
    enabled: can("jobs:read"),
    isFinal: (pauses) => pauses.every(({ state }) => state === "active"),
  }).data;
}
