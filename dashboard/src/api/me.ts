import type { Deployment, Me } from "../../../sdk/src/index.ts";
import { type Can, can } from "./can.ts";
import { ductape } from "./client.ts";
import { usePoll } from "./use-poll.ts";

export type { Deployment, Me };

export const useMe = (): Me | undefined => usePoll(["me"], () => ductape().me(), { once: true }).data;

export function useCan(): Can {
  const me = useMe();
  return (verb, where) => can(me, verb, where);
}
