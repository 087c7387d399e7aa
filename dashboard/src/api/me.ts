import type { Deployment, Me } from "../../../sdk/src/index.ts";
import { type Can, can } from "./can.ts";
import { ductape } from "./client.ts";
import { defineQuery } from "./define-query.ts";
import { usePoll } from "./use-poll.ts";

export type { Deployment, Me };

const me = defineQuery("me", () => ductape().me());

export const useMe = (): Me | undefined => usePoll(me(), { once: true }).data;

export function useCan(): Can {
  const known = useMe();
  return (verb, where) => can(known, verb, where);
}
