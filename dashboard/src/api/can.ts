import type { Me } from "../../../sdk/src/index.ts";

interface Where {
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
