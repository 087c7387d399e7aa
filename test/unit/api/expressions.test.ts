import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { scheduleDirectCall } from "../../../lambdas/intake/schedule-request.ts";
import { fakeApi } from "../../support/api.ts";
import { expressingCatalog as catalog } from "../../support/expressing.ts";
import { intakeServices, order } from "../../support/intake/services.ts";

const request = (event: string, body: object) => ({
  env: "prd",
  product_tag: "shop",
  event,
  input: { body },
  start_at: 0,
});
const unevaluated = { pointer: "/input/body/at", detail: expect.stringContaining("set `expressions: true`") };

describe("a request over HTTP", () => {
  it("is refused where an expression would be sent letter for letter", async () => {
    const { ask, jobs } = fakeApi({ catalog });
    const answer = await ask({ method: "POST", path: "/v1/jobs", body: request("order", { at: "$Now()" }) });
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST", errors: [unevaluated] } });
    expect(jobs.all()).toEqual([]);
  });

  it("is accepted with text that has a dollar in it", async () => {
    const { ask, jobs } = fakeApi({ catalog });
    const body = { at: "It is $Now", price: "$5" };
    expect(await ask({ method: "POST", path: "/v1/jobs", body: request("order", body) })).toMatchObject({
      status: 202,
    });
    expect(jobs.all()).toMatchObject([{ input: { inline: { body } } }]);
    expect(jobs.all()[0]).not.toHaveProperty("expressions");
  });

  it("is accepted with expressions where its event takes them", async () => {
    const { ask, jobs } = fakeApi({ catalog });
    const body = { at: "$Now()", text: "up to $Variable{limit}, $$5" };
    expect(await ask({ method: "POST", path: "/v1/jobs", body: request("order_x", body) })).toMatchObject({
      status: 202,
    });
    expect(jobs.all()).toMatchObject([{ input: { inline: { body } }, expressions: true }]);
    const wrong = request("order_x", { at: "up to $Variable{limt}" });
    expect(await ask({ method: "POST", path: "/v1/explain", body: wrong })).toMatchObject({
      status: 400,
      body: {
        errors: [{ pointer: "/input/body/at", detail: 'the env "prd" has no such variable. Did you mean "limit"?' }],
      },
    });
  });

  it("is refused within a batch alone", async () => {
    const { ask } = fakeApi({ catalog });
    const jobs = [
      request("order", { at: "$Now" }),
      request("order_x", { at: "$Now" }),
      request("order_x", { at: "$Nw{}" }),
    ];
    expect(await ask({ method: "POST", path: "/v1/jobs/batch", body: { jobs } })).toMatchObject({
      status: 200,
      body: { accepted: 1, rejected: 2, results: [{ status: 400 }, { status: 202 }, { status: 400 }] },
    });
  });
});

it("a request from another AWS service is refused as one over HTTP", async () => {
  const payload = order({ input: { body: { at: "$Now" } } });
  const sent = scheduleDirectCall(intakeServices(), { payload, requestId: "request-1" });
  await expect(sent).rejects.toMatchObject({ code: "INVALID_REQUEST", faults: [unevaluated] });
});

describe("GET /v1/products/{tag}", () => {
  const ask = async (envs: string[]) => {
    const { body } = await fakeApi({ catalog }).ask({ path: "/v1/products/shop", scopes: { ...allScopes, envs } });
    return body;
  };

  it("shows which events take expressions, and variables' names without values", async () => {
    const shown = await ask(["*"]);
    expect(shown).toMatchObject({
      variables: ["limit", "stripe"],
      constants: ["brand", "vat", "colours", "hostile"],
      events: expect.arrayContaining([expect.objectContaining({ tag: "order_x", expressions: true })]),
    });
    expect(shown.events.find(({ tag }: { tag: string }) => tag === "order")).not.toHaveProperty("expressions");
    expect(JSON.stringify(shown)).not.toMatch(/api_version|"v2"|"Shop"/);
  });
});
