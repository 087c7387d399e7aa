import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import type { KeptAnswer } from "../../../lambdas/core/job/provider-answer.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const failed = {
  attempt: 1,
  due_at: noon - 9,
  started_at: noon - 8,
  ended_at: noon - 7,
  outcome: "failed" as const,
  error: { code: "VALIDATION_ERROR" as const, message: "refused", retryable: false },
};
const said = { status: 422, headers: { "content-type": "text/plain" }, body: "the card of Ada Lovelace has expired" };

async function world(more: Partial<KeptAnswer> = {}) {
  const of = { product: "my-product", env: "dev", event: "create_order" };
  const job = aJob({ ...of, status: "failed", finished_at: noon - 7, attempts: [failed] });
  const api = fakeApi({ jobs: [job] });
  const answer = { ...said, job_id: job.id, created_at: job.created_at, run: 1, attempt: 1, at: noon - 7, ...more };
  await api.answers.put(answer, { isFirst: true, until: noon });
  const attempt = async (verbs: (typeof allScopes)["verbs"]) => {
    const { body } = await api.ask({ path: `/v1/jobs/${job.id}`, scopes: { ...allScopes, verbs } });
    return body.attempts[0];
  };
  return { ...api, job, attempt };
}

test("what the provider said is shown to keys that may see inputs, and to no other", async () => {
  const { attempt } = await world();
  expect((await attempt(["jobs:read", "jobs:input"])).answer).toEqual(said);
  expect((await attempt(["jobs:admin"])).answer).toEqual(said);
  const seen = await attempt(["jobs:read", "jobs:write"]);
  expect(JSON.stringify(seen)).not.toContain("Ada");
});

test("that of another attempt, or of an earlier job with the id, is not shown", async () => {
  for (const other of [{ attempt: 2 }, { created_at: noon - 999_999 }, { run: 2 }])
    expect((await (await world(other)).attempt(["jobs:admin"])).answer).toBeUndefined();
});

test("it is deleted with the job, alone and in bulk", async () => {
  const one = await world();
  await one.ask({ method: "DELETE", path: `/v1/jobs/${one.job.id}` });
  expect(one.answers.all()).toEqual([]);
  const many = await world();
  const body = { action: "delete", filter: { product_tag: "my-product" } };
  await many.ask({ method: "POST", path: "/v1/jobs/bulk", body });
  expect(many.answers.all()).toEqual([]);
});
