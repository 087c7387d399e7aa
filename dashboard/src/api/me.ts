import { NotFoundError } from "../../../sdk/src/errors.ts";
import { request } from "./request.ts";
import { usePoll } from "./use-poll.ts";

/** Who the key is, and what it may do. `"*"` stands for every product or env. */
export interface Me {
  caller: string;
  name?: string;
  verbs: string[];
  products: string[];
  envs: string[];
  version: string;
  aws?: AwsPlace;
}

export interface AwsPlace {
  region: string;
  account: string;
  table: string;
  schedule_group: string;
  log_groups: Record<string, string>;
  queues: Record<string, string>;
}

/** An API of an earlier version cannot say: then every button is there, and the API refuses. */
const unknown: Me = { caller: "", verbs: ["jobs:admin"], products: ["*"], envs: ["*"], version: "" };

const askMe = () =>
  request<Me>("/v1/me").catch((error: unknown) => {
    if (error instanceof NotFoundError) return unknown;
    throw error;
  });

export const useMe = (): Me | undefined => usePoll(["me"], askMe, { once: true }).data;

export type Can = (verb: string, where?: { product_tag?: string | undefined; env?: string | undefined }) => boolean;

/** Whether the key may do something, at a product and env if they are given. Nothing until the API has said so. */
export function can(me: Me | undefined, verb: string, where: Parameters<Can>[1] = {}): boolean {
  if (!me) return false;
  const reaches = (names: string[], name: string | undefined) =>
    name === undefined || names.includes("*") || names.includes(name);
  const hasVerb = me.verbs.includes(verb) || me.verbs.includes("jobs:admin");
  return hasVerb && reaches(me.products, where.product_tag) && reaches(me.envs, where.env);
}

export function useCan(): Can {
  const me = useMe();
  return (verb, where) => can(me, verb, where);
}
