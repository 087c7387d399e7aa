import type { Pause } from "../../../sdk/src/index.ts";
import { ductape } from "./client.ts";
import { useMe } from "./me.ts";
import { usePoll } from "./use-poll.ts";

/** The pauses of all that the key reads, shared by the banner and the page of pauses. Undefined until they are known. */
export function usePauses(): Pause[] | undefined {
  const me = useMe();
  const mayRead = me?.verbs.some((verb) => verb === "jobs:read" || verb === "jobs:admin") ?? false;
  return usePoll(["pauses"], () => ductape().pauses.list(), {
    enabled: mayRead,
    isFinal: (pauses) => pauses.every(({ state }) => state === "active"),
  }).data;
}
