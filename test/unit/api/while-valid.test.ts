import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const key = { keyId: "0123456789abcdef", expiresAt: noon + 1000 };

it("a key that expires while API Gateway still lets it in is refused from that moment on, with the reason", async () => {
  const job = aJob({ product: "my-product", env: "prd", status: "scheduled" });
  const { ask, clock, jobs, requests } = fakeApi({ jobs: [job] });
  const cancel = { ...key, rate: 5, method: "POST", path: `/v1/jobs/${job.id}/cancel` };
  await clock.advance(999);
  expect(await ask({ ...key, path: "/v1/me" })).toMatchObject({ status: 200, body: { expires_at: noon + 1000 } });
  await clock.advance(1);
  expect(await ask(cancel)).toMatchObject({
    status: 401,
    body: {
      code: "UNAUTHENTICATED",
      detail: "This API key expired at 2030-01-01T12:00:01.000Z. Sign in again, or use another key.",
    },
  });
  expect(await jobs.get(job.id)).toEqual(job);
  // It is refused before it is counted.
  expect(await requests.add(key.keyId, clock.now())).toBe(1);
});

it("what anybody may read does not ask for the key's time", async () => {
  const { ask } = fakeApi();
  expect(await ask({ ...key, expiresAt: noon - 1, path: "/v1/health" })).toMatchObject({ status: 200 });
});
