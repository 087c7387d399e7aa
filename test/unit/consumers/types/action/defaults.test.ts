import { appCredentialsOf } from "../../../../../lambdas/consumers/types/action/credentials.ts";
import { evaluatedDefaults as evaluated } from "../../../../../lambdas/consumers/types/action/defaults.ts";
import type { Execution } from "../../../../../lambdas/core/operations/execution.ts";
import { aJob, noon } from "../../../../support/builders.ts";
import { fakeSecrets } from "../../../../support/fakes/secrets.ts";

const execution = (input: Execution["input"], more: Partial<Execution> = {}) => ({
  job: aJob({ scheduled_at: noon }),
  input,
  variables: { limit: 5 },
  constants: { brand: "Shop", hostile: "$Now" },
  ...more,
});

const noCredentials = appCredentialsOf(fakeSecrets({}), "shop");
const evaluatedDefaults = (...[of, defaults]: [Parameters<typeof evaluated>[0], Parameters<typeof evaluated>[1]]) =>
  evaluated(of, defaults, noCredentials);

describe("the defaults of an action", () => {
  it("are evaluated for the job's input and the planned time of its run", async () => {
    const defaults = {
      params: { id: "$Input{body}{id}" },
      query: { tags: "$Input{body}{tags}", none: "$Input{body}{none}", at: "$Now" },
      headers: { "x-note": "$Constant{brand} costs $$5" },
      body: { text: "Hi $Input{body}{name}, up to $Variable{limit}", hostile: "$Constant{hostile}" },
    };
    const input = { body: { id: 7, tags: ["a", "b"], name: "$Now{{x}}$$" } };
    expect(await evaluatedDefaults(execution(input), defaults)).toEqual({
      params: { id: 7 },
      query: { tags: ["a", "b"], at: noon },
      headers: { "x-note": "Shop costs $5" },
      body: { text: "Hi $Now{{x}}$$, up to 5", hostile: "$Now" },
    });
  });

  it("are used as they are written if they have no dollar", async () => {
    const defaults = { query: { source: "jobs" } };
    expect(await evaluatedDefaults(execution({}), defaults)).toBe(defaults);
    expect(await evaluatedDefaults(execution({}), undefined)).toBeUndefined();
  });

  it("fail the job if a value does not fit, with its place and not the value", async () => {
    const failed = evaluatedDefaults(execution({ body: { s3cret: { a: "s3cret" } } }), {
      params: { a: "$Input{body}{s3cret}" },
      body: { b: "fine" },
    });
    await expect(failed).rejects.toMatchObject({ code: "VALIDATION_ERROR", retryable: false });
    await expect(failed).rejects.toThrow(/\/defaults\/params\/a must be a string/);
    const inText = evaluatedDefaults(execution({ body: { a: [1] } }), { body: { b: "a $Input{body}{a}" } });
    await expect(inText).rejects.toThrow("At /body/b: The expression at position 2 is an object or a list");
  });

  it("fail the job if the catalog no longer has a variable", async () => {
    const failed = evaluatedDefaults(execution({}, { variables: {} }), { query: { a: "$Variable{limit}" } });
    await expect(failed).rejects.toMatchObject({ code: "CONFIGURATION_ERROR" });
  });
});
