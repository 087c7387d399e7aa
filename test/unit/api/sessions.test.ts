import { describe, expect, test } from "@jest/globals";
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { routes } from "../../../lambdas/api/routes.ts";
import { httpApi } from "../../../lambdas/aws/http/http-api.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { transitionsOf } from "../../../lambdas/lifecycle/events.ts";
import { withSessions } from "../../support/expressing.ts";
import { fakeServices } from "../../support/fakes/services.ts";
import { httpEvent } from "../../support/http-event.ts";

const catalog = makeCatalog([withSessions], registry);
const secretClaim = "u1@secret.example";
const token = (claims: object = {}) => JSON.stringify({ sub: "u-1", email: secretClaim, exp: 1, ...claims });
const input = { body: { mail: "$Session{user}{email}", name: "$Session{user}{name}" } };
const asked = { product_tag: "shop", env: "prd", event: "order_x", input, session: { tag: "user", token: token() } };

function api() {
  const services = fakeServices({ catalog });
  const handler = httpApi(() => services, routes);
  const post = async (path: string, body: unknown) => {
    const answer = (await handler(
      httpEvent({ method: "POST", path, body }),
      {} as Context,
    )) as APIGatewayProxyStructuredResultV2;
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body ?? "",
      body: JSON.parse(answer.body ?? "{}"),
    };
  };
  const get = async (path: string) =>
    ((await handler(httpEvent({ method: "GET", path }), {} as Context)) as APIGatewayProxyStructuredResultV2).body ??
    "";
  const stored = async (id: string) => (await services.jobs.get(id)) as Job;
  return { services, post, get, stored };
}

const faults = async (body: object, path = "/v1/jobs") => {
  const answer = await api().post(path, { ...asked, ...body });
  expect(answer.status).toBe(400);
  expect(answer.text).not.toContain(secretClaim);
  return answer.body.errors as { pointer: string; detail: string }[];
};

describe("a request with a session", () => {
  test("keeps the claims that its input refers to, and shows only the tag", async () => {
    const { post, get, stored } = api();
    const { status, body } = await post("/v1/jobs", asked);
    expect(status).toBe(202);
    const job = await stored(body.job_id);
    expect(job.session).toEqual({ tag: "user", claims: JSON.stringify([["email", secretClaim], ["name"]]) });
    expect(JSON.stringify(job)).not.toContain("u-1");
    const shown = await get(`/v1/jobs/${job.id}`);
    expect(JSON.parse(shown).session).toEqual({ tag: "user" });
    const everything = shown + (await get(`/v1/jobs/${job.id}/input`)) + (await get("/v1/jobs?product=shop&env=prd"));
    expect(everything).toContain("$Session{user}{email}");
    expect(everything + JSON.stringify(transitionsOf({ after: job, at: 0 }))).not.toContain(secretClaim);
  });

  test.each([{}, "", null])("treats %j as none", async (session) => {
    const { post, stored } = api();
    const { body } = await post("/v1/jobs", { ...asked, input: { body: {} }, session });
    expect(await stored(body.job_id)).not.toHaveProperty("session");
  });

  test("gets its job with a refreshed token, and not with another tag", async () => {
    const { post, stored } = api();
    const [first, again] = [
      await post("/v1/jobs", { ...asked, idempotency_key: "k" }),
      await post("/v1/jobs", { ...asked, idempotency_key: "k", session: { tag: "user", token: token({ exp: 2 }) } }),
    ];
    expect(again.body.job_id).toBe(first.body.job_id);
    const plain = { ...asked, input: { body: {} }, idempotency_key: "l" };
    await post("/v1/jobs", plain);
    expect((await post("/v1/jobs", { ...plain, session: { tag: "staff", token: token() } })).status).toBe(409);
    expect((await stored(first.body.job_id)).fingerprint).not.toContain(secretClaim);
  });

  test("gives a debounced job the session of the last request", async () => {
    const { post, stored } = api();
    const debounce = { key: "k", delay: 1000 };
    await post("/v1/jobs", { ...asked, debounce });
    const last = { ...asked, debounce, session: { tag: "user", token: token({ email: "second@x.example" }) } };
    const { body } = await post("/v1/jobs", last);
    expect((await stored(body.job_id)).session?.claims).toContain("second@x.example");
    const without = { ...asked, input: { body: {} }, debounce, session: {} };
    expect((await post("/v1/jobs", without)).body.job_id).toBe(body.job_id);
    expect(await stored(body.job_id)).not.toHaveProperty("session");
  });

  test("is refused with all its faults, the token's among them", async () => {
    const wrong = await faults({ retries: -1, session: { tag: "user", token: `x${secretClaim}` } });
    expect(wrong).toEqual([
      { pointer: "/retries", detail: expect.any(String) },
      { pointer: "/session/token", detail: "is not a JWT that can be read" },
    ]);
  });

  test.each([
    [{ session: { tag: "usr", token: token() } }, "/session/tag", /Did you mean "user"/],
    [{ session: { tag: "user" } }, "/session/token", /./],
    [{ session: { token: token() } }, "/session/tag", /./],
    [{ session: { tag: "user", token: "x".repeat(8193) } }, "/session/token", /8192/],
    [{ session: { tag: "user", token: token(), more: 1 } }, "/session/more", /unknown field/],
    [{ session: "token" }, "/session", /./],
    [{ session: {} }, "/input/body/mail", /needs a session/],
    [{ session: { tag: "staff", token: token() } }, "/input/body/mail", /another session/],
    [{ input: { body: { a: "$Session{user}" } } }, "/input/body/a", /name is missing/],
    [{ input: { body: { a: "$Session{user}{emial}" } } }, "/input/body/a", /Did you mean "email"/],
    [{ input: { body: { a: "$Session{nobody}{x}" } } }, "/input/body/a", /no such session/],
    [{ input: { body: { a: "Hi $Uppercase($Session{other}{x})" } } }, "/input/body/a", /no such session/],
    [{ event: "order", input: { body: { a: "$Session{user}{sub}" } } }, "/input/body/a", /expressions: true/],
    [{ event: "welcome", session: {}, input: {} }, "/session", /is required.*"user"/],
    [{ event: "welcome", session: { tag: "staff", token: token() }, input: {} }, "/session/tag", /must be "user"/],
  ])("refuses %j at %s", async (body, pointer, detail) => {
    for (const path of ["/v1/jobs", "/v1/explain"]) {
      expect(await faults(body, path)).toContainEqual({ pointer, detail: expect.stringMatching(detail) });
    }
  });

  test("is unavailable while the session's keys cannot be read", async () => {
    const answer = await api().post("/v1/jobs", { ...asked, session: { tag: "user", token: "later" } });
    expect(answer.status).toBe(503);
    expect(answer.headers?.["retry-after"]).toBe("5");
    expect(answer.body.detail).toMatch(/keys of session user/);
  });

  test("is explained with the names of its claims", async () => {
    const { body, text } = await api().post("/v1/explain", asked);
    expect(body.session).toEqual({
      tag: "user",
      checked: ["signature", "expiry", "audience", "issuer"],
      claims: ["email", "name"],
      absent: ["name"],
    });
    expect(text).not.toContain(secretClaim);
  });

  test("is checked separately for each job of a batch", async () => {
    const jobs = [
      asked,
      { ...asked, session: { tag: "user", token: "x" } },
      { ...asked, session: { tag: "user", token: "later" } },
    ];
    const { services, post } = api();
    const { body } = await post("/v1/jobs/batch", { jobs });
    expect(body.results.map(({ status }: { status: number }) => status)).toEqual([202, 400, 503]);
    expect(body.results[1].error.errors).toEqual([
      { pointer: "/jobs/1/session/token", detail: "is not a JWT that can be read" },
    ]);
    expect(services.jobs.all()).toHaveLength(1);
  });
});
