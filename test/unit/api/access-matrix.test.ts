import { type Role, roles, scopesGiven } from "../../../lambdas/core/access/roles.ts";
import { type Scopes, type Verb, verbs, verbsOf } from "../../../lambdas/core/access/scopes.ts";
import { noon } from "../../support/builders.ts";
import {
  type Env,
  envs,
  guarded,
  type NamedRoute,
  notFoundCodeOf,
  product,
  requestsIn,
  worldOf,
} from "../../support/every-route.ts";
import type { Asked } from "../../support/http-event.ts";

/*
 * Every route, asked by every role and by keys with one verb, of people and of programs, in both envs of the product, by keys that reach
 * either env, both or neither. A route that is missing in `requestsIn` fails every-route.test.ts.
 */

type Outcome = "refused" | "given" | "out of reach";

const reaches: [name: string, Pick<Scopes, "products" | "envs">][] = [
  ["all", { products: ["*"], envs: ["*"] }],
  ["prd", { products: [product], envs: ["prd"] }],
  ["dev", { products: [product], envs: ["dev"] }],
  ["another product", { products: ["shop"], envs: ["*"] }],
];

/** What keys are allowed: by role, by one verb each, and nothing. */
const allowed: [name: string, { role: Role } | { verbs: Verb[] }][] = [
  ...roles.map((role): [string, { role: Role }] => [role, { role }]),
  ...verbs
    .filter((verb) => verb !== "jobs:admin")
    .map((verb): [string, { verbs: Verb[] }] => [verb, { verbs: [verb] }]),
  ["nothing", { verbs: [] }],
];

/** Who signs in has a key like that of a program, which says besides who it is. */
const person = { issuer: "https://login.example.com", sub: "7", email: "ada@example.com" };
const bearers: [name: string, Partial<Asked>][] = [
  ["a program", { keyId: "0123456789abcdef", keyName: "ci" }],
  ["a person", { keyId: "fedcba9876543210", keyName: "ada@example.com", person, expiresAt: noon + 1 }],
];

const outcomeFor = ({ scope }: NamedRoute, scopes: Scopes, env: Env): Outcome => {
  if (scope !== undefined && !verbsOf(scopes).includes(scope)) return "refused";
  return reachesTenant(scopes, env) ? "given" : "out of reach";
};

const reachesTenant = ({ products, envs: own }: Scopes, env: Env): boolean =>
  (products.includes("*") || products.includes(product)) && (own.includes("*") || own.includes(env));

let asked = 0;

/** Asks once, and checks what comes back and what it has changed. */
async function check(route: NamedRoute, env: Env, scopes: Scopes, more: Partial<Asked>): Promise<string | undefined> {
  asked++;
  const { call, untouched, job } = worldOf(route, env);
  const { status, body } = await call(scopes, more);
  const outcome = outcomeFor(route, scopes, env);
  if (outcome === "given")
    return [401, 403, 404].includes(status ?? 0) ? `was refused: ${status} ${body.code}` : undefined;
  await untouched();
  const text = JSON.stringify(body);
  if (text.includes(job.id)) return "has shown the job";
  if (outcome === "refused") return [403, 404].includes(status ?? 0) ? undefined : `was let in: ${status}`;
  // Of the demo's product both envs are known to a key that reaches one of them, and the jobs of the other one are not.
  const isOfProduct =
    (/^\/v1\/(products|definitions)/.test(route.path) || route.name === "GET /v1/operations") &&
    scopes.products.includes(product);
  if (isOfProduct) return status === 200 ? undefined : `was refused: ${status}`;
  if (text.includes("canary")) return "has shown what is of the tenant";
  const expected = { forbidden: 403, absent: 404, "nothing of it": 200 }[
    requestsIn(env)[route.name]?.outOfReach ?? "absent"
  ];
  if (status !== expected) return `was answered ${status} in place of ${expected}`;
  return status === 404 && body.code !== notFoundCodeOf(route.path) ? `says ${body.code}` : undefined;
}

describe.each(guarded)("$name", (route) => {
  test.each(allowed)("with %s", async (_name, may) => {
    const escapes: string[] = [];
    for (const env of envs)
      for (const [reach, where] of reaches)
        for (const [bearer, more] of bearers) {
          const scopes = scopesGiven({ ...where, ...may });
          const fault = await check(route, env, scopes, more);
          if (fault !== undefined) escapes.push(`${bearer} that reaches ${reach}, in ${env}, ${fault}`);
        }
    expect(escapes).toEqual([]);
  });

  test("without a key, and with one that has expired", async () => {
    for (const env of envs)
      for (const [scopes, more] of [
        [null, {}],
        [scopesGiven({ products: ["*"], envs: ["*"], role: "admin" }), { expiresAt: noon }],
      ] as const) {
        asked++;
        const { call, untouched } = worldOf(route, env);
        expect(await call(scopes, more)).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
        await untouched();
      }
  });
});

test("the matrix has above 2,000 requests", () => {
  expect(asked).toBeGreaterThan(2000);
});
