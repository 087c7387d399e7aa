import type { Pause } from "../../../sdk/src/index.ts";
import { ductape } from "./client.ts";
import { defineQuery } from "./define-query.ts";
import { useCan } from "./me.ts";
import { usePoll } from "./use-poll.ts";

const pauses = defineQuery("pauses", () => ductape().pauses.list());

/** The pauses of all that the key reads, shared by the banner and the page of pauses. Undefined until they are known. */
export function usePauses(): Pause[] | undefined {
  const can = useCan();
  return usePoll(can("jobs:read") ? pauses() : undefined, {
    isFinal: (known) => known.every(({ state }) => state === "active"),
  }).data;
}
