import type { Deployment, Me } from "../../../sdk/src/index.ts";
import { ductape } from "./client.ts";
import { usePoll } from "./use-poll.ts";

export type { Deployment, Me };

export const useMe = (): Me | undefined => usePoll(["me"], () => ductape().me(), { once: true }).data;

export interface Where {
  product_tag?: string | undefined;
  env?: string | undefined;
}
export type Can = (verb: string, where?: Where) => boolean;

/** Whether the key may do something, at a product and env if they are given. Nothing until the API has said so. */
export function can(me: Pick<Me, "verbs" | "products" | "envs"> | undefined, verb: string, where: Where = {}): boolean {
  if (!me) return false;
  const reaches = (names: string[], name: string | undefined) =>
    name === undefined || names.includes("*") || names.includes(name);
  const hasVerb = [verb, "jobs:admin"].some((one) => (me.verbs as string[]).includes(one));
  return hasVerb && reaches(me.products, where.product_tag) && reaches(me.envs, where.env);
}

export function useCan(): Can {
  const me = useMe();
  return (verb, where) => can(me, verb, where);
}
