import { routes } from "../../../lambdas/api/routes.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob } from "../../support/builders.ts";

const exampleOf = (path: string) => path.replace("{id}", aJob().id).replace("{tag}", "my-product");
const methodsOf = (path: string) => routes.filter((route) => route.path === path).map(({ method }) => method);

describe("a known path", () => {
  it.each([...new Set(routes.map(({ path }) => path))])(
    "%s answers other methods 405, with those it has",
    async (path) => {
      const own = methodsOf(path);
      const allow = own.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]) {
        if (allow.split(", ").includes(method)) continue;
        const answer = await fakeApi().ask({ method, path: exampleOf(path) });
        expect([method, answer.status]).toEqual([method, 405]);
        expect(answer.headers).toMatchObject({ allow, "content-type": "application/problem+json" });
        if (method === "HEAD") continue;
        expect(answer.body).toMatchObject({ code: "METHOD_NOT_ALLOWED", detail: expect.stringContaining(allow) });
      }
    },
  );

  it("answers 404 for an unknown path, whatever the method", async () => {
    for (const method of ["GET", "POST", "PUT", "OPTIONS"]) {
      for (const path of ["/v1/job", "/v1/jobs/x/y/z", "/v1/", "/v1/jobs//cancel", "/v1/__proto__"]) {
        expect(await fakeApi().ask({ method, path })).toMatchObject({ status: 404, body: { code: "ROUTE_NOT_FOUND" } });
      }
    }
  });

  it("has one spelling, so that no other one evades an IAM policy", async () => {
    const job = aJob();
    const { ask } = fakeApi({ jobs: [job] });
    const notFound = async (path: string, code: string, method = "GET") =>
      expect(await ask({ method, path })).toMatchObject({ status: 404, body: { code } });
    await notFound(`/v1/jobs/${job.id}/`, "ROUTE_NOT_FOUND");
    await notFound("/v1/jobs/", "ROUTE_NOT_FOUND");
    await notFound("/v1/jobs/bulk/", "ROUTE_NOT_FOUND", "POST");
    await notFound("/v1/jobs//", "ROUTE_NOT_FOUND");
    await notFound(`/v1/jobs/${job.id}/cancel/`, "ROUTE_NOT_FOUND", "POST");
    await notFound(`/v1/jobs/${job.id.replace("_", "%5F")}`, "JOB_NOT_FOUND");
    await notFound("/v1/products/my%2Dproduct", "PRODUCT_NOT_FOUND");
    for (const path of ["/v1/jobs/%", "/v1/jobs/%E0%A4%A", "/v1/jobs/%00", "/v1/jobs/..%2F..%2Fetc"]) {
      await notFound(path, "JOB_NOT_FOUND");
    }
    expect(await ask({ path: `/v1/jobs/${job.id}` })).toMatchObject({ status: 200 });
  });
});

describe("HEAD", () => {
  it("answers as GET does, without the body", async () => {
    const job = aJob();
    const { ask } = fakeApi({ jobs: [job] });
    const got = await ask({ path: `/v1/jobs/${job.id}` });
    expect(await ask({ method: "HEAD", path: `/v1/jobs/${job.id}` })).toEqual({ ...got, body: null });
    expect(await ask({ method: "HEAD", path: `/v1/jobs/${aJob().id}` })).toMatchObject({ status: 404, body: null });
    expect(await ask({ method: "HEAD", path: "/v1/jobs", scopes: null })).toMatchObject({ status: 401, body: null });
  });
});

describe("a query with an unknown parameter", () => {
  it.each(routes.filter(({ open }) => !open).map(({ method, path }) => [method, path] as const))(
    "to %s %s is refused by the parameter's name",
    async (method, path) => {
      const { ask, jobs } = fakeApi();
      const answer = await ask({
        method,
        path: exampleOf(path),
        query: { lmit: "5" },
        ...(method === "POST" && { body: {} }),
      });
      // A job that is not there is found out first; a body is looked at after the query.
      if (answer.status === 404) return;
      expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
      expect(answer.body.errors).toContainEqual({
        pointer: "/query/lmit",
        detail: expect.stringMatching(/^unknown/),
      });
      expect(jobs.all()).toEqual([]);
    },
  );

  it("is told the parameter that may be meant", async () => {
    const job = aJob();
    const { ask } = fakeApi({ jobs: [job] });
    for (const [path, query, meant] of [
      [`/v1/jobs/${job.id}`, { wiat: "5" }, "wait"],
      ["/v1/jobs", { lmit: "5" }, "limit"],
      [`/v1/jobs/${job.id}/runs`, { curser: "x" }, "cursor"],
      ["/v1/stats", { form: "0", product_tag: "my-product", env: "prd" }, "from"],
    ] as const) {
      const { body } = await ask({ path, query });
      expect(body.errors).toMatchObject([{ detail: expect.stringContaining(`Did you mean "${meant}"?`) }]);
    }
  });
});
