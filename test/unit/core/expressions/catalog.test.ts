import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { parameter, secret } from "../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { expressing } from "../../../support/expressing.ts";

const faultsOf = (change: object) =>
  checkCatalog([{ ...expressing, ...change }], registry).map(({ pointer, detail }) => `${pointer} ${detail}`);
const action = (defaults: object) => ({
  apps: { api: { ...expressing.apps.api, actions: { order: { method: "POST", path: "/orders/:id", defaults } } } },
});
const step = (input: object, more: object = {}) => ({
  features: { onboard: { sequences: { main: [{ event: "order", input }] }, ...more } },
});

it("the product of these tests is valid", () => {
  expect(checkCatalog([expressing], registry)).toEqual([]);
});

describe("variables and constants", () => {
  it("are JSON values of any shape, and an env may have none", () => {
    const values = { a: [1, { b: null, c: [true, "x"] }], d: {} };
    expect(
      faultsOf({ variables: { dev: expressing.variables.dev, prd: { ...expressing.variables.prd, ...values } } }),
    ).toEqual([]);
    expect(checkCatalog([{ tag: "a", envs: ["dev"], jobs: {}, variables: {}, constants: values }], registry)).toEqual(
      [],
    );
  });

  it.each([
    [
      "of an unknown env",
      { variables: { ...expressing.variables, stg: {} } },
      "/shop/variables/stg the product has no such env.",
    ],
    ["with a name that is no tag", { constants: { ...expressing.constants, "a b": 1 } }, "/shop/constants/a b "],
    [
      "that are no JSON",
      { constants: { ...expressing.constants, day: new Date(0) } },
      "/shop/constants/day must be a JSON value",
    ],
    [
      "that are no number",
      { constants: { ...expressing.constants, far: { a: [Number.NaN] } } },
      "/shop/constants/far/a/0 must be a JSON value",
    ],
    [
      "that are a secret",
      { constants: { ...expressing.constants, key: secret("a#b") } },
      '/shop/constants/key is a reference: a credential belongs into the `auth` of a target, as secret("name#key")',
    ],
    [
      "with a parameter in them",
      { variables: { ...expressing.variables, dev: { ...expressing.variables.dev, x: { y: parameter("/a") } } } },
      "/shop/variables/dev/x/y is a reference",
    ],
  ])("%s are a fault", (_what, change, fault) => {
    expect(faultsOf(change)).toEqual([expect.stringContaining(fault)]);
  });

  it("must exist in every env if an expression names them", () => {
    const { limit: _limit, ...prd } = expressing.variables.prd;
    expect(faultsOf({ variables: { ...expressing.variables, prd } })).toEqual([
      '/shop/features/onboard/sequences/main/1/input/body/limit the env "prd" has no such variable.',
      '/shop/features/onboard/output/limit the env "prd" has no such variable.',
    ]);
    const { brand: _brand, ...constants } = expressing.constants;
    expect(faultsOf({ constants })).toHaveLength(4);
  });
});

describe("the expressions of a feature", () => {
  it.each([
    [step({ body: { a: "Hi $Input{name" } }), '/input/body/a "}" is missing (at 9).'],
    [step({ body: { a: ["Hi $Imput{name}!"] } }), "/input/body/a/0 unknown word."],
    [step({ body: { a: "by $Session{user}{id}" } }), "no such session"],
    [step({ body: { a: "$Default" } }), "$Default does not exist here"],
    [step({ body: { a: "x $Sequence{main}{order}{id}" } }), "which may not have ended by then"],
    [step({ body: { a: "$Variable{stripe}{key}" } }), 'the env "dev" has no such variable'],
    [
      step({}, { output: { a: "to $Constant{Brand}" } }),
      '/output/a the product has no such constant. Did you mean "brand"?',
    ],
    [step({}, { output: { a: "$Constant{colours}{2}" } }), "has no such constant"],
    [step({ bdy: "a $Now" }), "/input/bdy unknown field"],
  ])("%j have the fault %s", (change, fault) => {
    expect(faultsOf(change)).toEqual(expect.arrayContaining([expect.stringContaining(fault)]));
  });

  it.each(["both", "api", "other"])("cannot name a credential of %s in a step that runs a group of apps", (app) => {
    const { api } = expressing.apps;
    const apps = { api, other: { ...api }, both: { fallback: ["api", "other"] } };
    const jobs = { ...expressing.jobs, order: { ...expressing.jobs.order, app: "both" } };
    const faults = faultsOf({ apps, jobs, ...step({ params: { id: `$Auth{${app}}{key}` } }) });
    expect(faults).toEqual([
      '/shop/features/onboard/sequences/main/0/input/params/id "both" is a group of apps, each with credentials of its own: name each in the defaults of its app\'s action',
    ]);
  });

  it("may be in any text, beside dollars without meaning", () => {
    expect(faultsOf(step({ body: { a: "US$ 5, $Price, $$Input{x}, $Constant{colours}{1} $Now" } }))).toEqual([]);
  });
});

describe("the expressions in an action's defaults", () => {
  it("may stand in each part of a call", () => {
    const defaults = {
      params: { id: "$Input{body}{id}" },
      query: { at: "$Now", limit: "$Variable{limit}" },
      headers: { "x-brand": "$Constant{brand} $$5" },
      body: { name: ["Hi $Input{body}{name}"] },
    };
    expect(faultsOf(action(defaults))).toEqual([]);
  });

  it.each([
    [{ params: { id: "$Sequence{main}{a}{b}" } }, "/defaults/params/id only a feature has sequences"],
    [
      { params: { id: "a" }, body: { a: "$Input{bdy}{id}" } },
      "/defaults/body/a the input of an action has no such part: it has params",
    ],
    [{ params: { id: "$Variable{x}" } }, 'the env "dev" has no such variable'],
    [{ params: { id: "Hi $Imput{x}" } }, "unknown word"],
    [{ params: { id: "$Auth{token}" } }, "must name an app"],
  ])("%j have the fault %s", (defaults, fault) => {
    const faults = faultsOf(action(defaults));
    expect(faults).toEqual(expect.arrayContaining([expect.stringContaining(fault)]));
    expect(faults[0]).toMatch(/^\/shop\/apps\/api\/actions\/order\/defaults/);
  });
});
