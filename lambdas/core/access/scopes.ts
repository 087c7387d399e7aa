import * as z from "zod";
import { isRecord } from "../kernel/json-values.ts";
import { RequestError } from "../kernel/request-error.ts";

/**
 * What a key may do: `jobs:read` reads, `jobs:write` schedules and changes, `jobs:input` shows the inputs of jobs, `jobs:admin` does
 * all of it and bulk changes, and `audit:read` shows who has changed what, which `jobs:admin` does too.
 */
export const verbs = ["jobs:read", "jobs:write", "jobs:input", "jobs:admin", "audit:read"] as const;
export type Verb = (typeof verbs)[number];

const Names = z.array(z.string());

const isVerb = (name: string): name is Verb => verbs.some((verb) => verb === name);

/**
 * The permissions of an API key; `*` stands for every product or env. The authorizer passes them to the API as JSON, and API Gateway
 * keeps that for minutes, so both read what another version of the other has written. A verb of a later version grants nothing here.
 * A part that this version does not know may be there to narrow the others, so a key that has one may do nothing.
 */
export const Scopes = z
  .looseObject({ products: Names, envs: Names, verbs: z.array(z.string()) })
  .transform(({ products, envs, verbs: given, ...narrower }) => ({
    products,
    envs,
    verbs: Object.keys(narrower).length === 0 ? given.filter(isVerb) : [],
  }));
export type Scopes = z.infer<typeof Scopes>;

/**
 * Everything, in the words of version 0.3.0: that fails with a verb that it does not know, and after a roll back it reads what the authorizer of
 * this version has answered. `jobs:admin` implies the others.
 */
export const allScopes: Scopes = {
  products: ["*"],
  envs: ["*"],
  verbs: ["jobs:read", "jobs:write", "jobs:input", "jobs:admin"],
};
export const noScopes: Scopes = { products: [], envs: [], verbs: [] };

const includesName = (names: string[], name: unknown) =>
  typeof name !== "string" || names.includes("*") || names.includes(name);

/** Whether a key has access to this product and env. A part that is not known yet is not checked. */
export const hasAccess = (scopes: Scopes, where: { product?: unknown; env?: unknown }): boolean =>
  includesName(scopes.products, where.product) && includesName(scopes.envs, where.env);

/** The verbs that a key has, those included that `jobs:admin` implies. */
export const verbsOf = (scopes: Pick<Scopes, "verbs">): Verb[] =>
  verbs.filter((verb) => scopes.verbs.includes(verb) || scopes.verbs.includes("jobs:admin"));

/** Whether a key has the verb in this product and env. */
export const may = (scopes: Scopes, verb: Verb, where: { product?: unknown; env?: unknown }): boolean =>
  verbsOf(scopes).includes(verb) && hasAccess(scopes, where);

/** Throws FORBIDDEN unless the key has the verb in this product and env. A part that is not known yet is not checked. */
export function requireScope(scopes: Scopes, verb: Verb, where: { product?: unknown; env?: unknown }): void {
  if (may(scopes, verb, where)) return;
  throw new RequestError("FORBIDDEN", `This API key does not allow ${verb} in this product and env.`);
}

/** The product that a request for a job names, which decides about access to it. */
export const productOf = (body: unknown): unknown => (isRecord(body) ? (body.product_tag ?? body.product) : undefined);

/**
 * Throws FORBIDDEN unless the key may request the job. A request with a `task_token` lets our role complete any task of the
 * account, so it requires `jobs:admin`. Step Functions itself uses the intake, where IAM decides.
 */
export function requireJobScope(scopes: Scopes, body: unknown): void {
  const { env, task_token } = (body ?? {}) as Record<string, unknown>;
  const product = productOf(body);
  requireScope(scopes, "jobs:write", { product, env });
  if (task_token === undefined || may(scopes, "jobs:admin", { product, env })) return;
  throw new RequestError("FORBIDDEN", "A request with a task_token requires a key with jobs:admin.", {
    faults: [
      { pointer: "/task_token", detail: "requires a key with jobs:admin: use one, or send the request to the intake" },
    ],
  });
}
