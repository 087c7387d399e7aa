import { readFile } from "node:fs/promises";
import { signInVariable } from "../../../infra/settings/sign-in.ts";
import { problemStatuses } from "../../../lambdas/aws/http/problem.ts";
import { roleOf, roles, scopesGiven } from "../../../lambdas/core/access/roles.ts";
import { verbs, verbsOf } from "../../../lambdas/core/access/scopes.ts";
import { accessOf, SignIn } from "../../../lambdas/core/access/sign-in.ts";
import { usualPort } from "../../../packages/ductape-jobs/src/cli/sign-in/login.ts";
import { products } from "../../support/catalog/products.ts";
import { cognito, entra, google, okta } from "../../support/sign-in/claims.ts";
import { rowsOf } from "../../support/tables.ts";

const page = await readFile("docs/operations/sign-in.md", "utf8");
const settings = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) => SignIn.parse(JSON.parse(text)));

it("every setting of the page can be deployed", () => {
  expect(settings).toHaveLength(5);
  for (const setting of settings)
    expect(JSON.parse(signInVariable(SignIn.parse(setting) as never, products))).toEqual(setting);
});

it.each([
  ["Cognito", cognito],
  ["Microsoft", entra],
  ["Okta", okta],
  ["Google", google],
])("the setting for %s makes an operator of who is one there", (name, claims) => {
  const issuer = settings.flat().find((one) => one.name === name);
  const access = accessOf(issuer?.rules ?? [], claims);
  expect(access).toMatchObject({ is: "given" });
  expect(access.is === "given" && roleOf(access.scopes)).toBe("operator");
});

it("the page has each role with its verbs", () => {
  const told = rowsOf(page, "role", "verbs", "for").map(([role = "", may = ""]) => [
    role.replaceAll("`", ""),
    [...may.matchAll(/`(jobs:\w+)`/g)].map(([, verb]) => verb),
  ]);
  const known = roles.map((role) => {
    const own = verbsOf(scopesGiven({ products: ["*"], envs: ["*"], role }));
    return [role, own.length === verbs.length ? ["jobs:admin"] : own];
  });
  expect(told).toEqual(known);
});

it("the page has statuses that the API answers, and the port of the command line", () => {
  const statuses = rowsOf(page, "answer", "when").map(([status]) => Number(status));
  expect([...Object.values(problemStatuses), 500]).toEqual(expect.arrayContaining(statuses));
  expect(page).toContain(`http://127.0.0.1:${usualPort}/callback`);
});
