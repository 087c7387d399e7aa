import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const order = { env: "prd", product_tag: "my-product", event: "create_order", input: { body: {} }, start_at: 0 };

/** An API that lets so many requests of a key wait, and a job that never ends. */
function world(waitsPerKey: number) {
  const job = aJob({ status: "running", claim_id: "c" });
  const api = fakeApi({ jobs: [job] });
  Object.assign(api.services, { limits: { ...api.services.limits, waitsPerKey } });
  const wait = (keyId: string) =>
    api.ask({ path: `/v1/jobs/${job.id}`, query: { wait: "25" }, scopes: allScopes, keyId });
  return { ...api, wait };
}

describe("requests of one key that wait for jobs", () => {
  it("get 429 beyond the deployment's limit", async () => {
    const { wait, clock } = world(2);
    const waits = [wait("a"), wait("a"), wait("a"), wait("b")];
    await clock.advance(2000);
    expect(await waits[2]).toMatchObject({
      status: 429,
      headers: { "retry-after": "5" },
      body: { code: "RATE_LIMITED" },
    });
    await clock.advance(25_000);
    for (const i of [0, 1, 3]) expect(await waits[i]).toMatchObject({ status: 200, body: { status: "running" } });
  });

  it("are unlimited where the setting says so", async () => {
    const { wait, clock } = world(0);
    const waits = Array.from({ length: 5 }, () => wait("a"));
    await clock.advance(26_000);
    for (const one of await Promise.all(waits)) expect(one.status).toBe(200);
  });

  it("keep the job that was made, with its receipt", async () => {
    const { ask, clock, wait } = world(1);
    const first = wait("a");
    await clock.advance(10);
    const post = ask({ method: "POST", path: "/v1/jobs", body: order, query: { wait: "25" }, keyId: "a" });
    await clock.advance(2000);
    expect(await post).toMatchObject({ status: 202, body: { status: "queued" } });
    await clock.advance(25_000);
    expect((await first).status).toBe(200);
  });

  it("are not refused while they cannot be counted", async () => {
    const { wait, clock, services } = world(1);
    services.waits.add = async () => {
      throw new Error("AWS is down");
    };
    const waits = [wait("a"), wait("a")];
    await clock.advance(26_000);
    for (const one of await Promise.all(waits)) expect(one.status).toBe(200);
  });
});

describe("a wait for a job that does not start", () => {
  const queued = (due_at = noon) => aJob({ status: "queued", due_at });

  it("ends 10 s after the job was due", async () => {
    const job = queued();
    const { ask, clock } = fakeApi({ jobs: [job] });
    const wait = ask({ path: `/v1/jobs/${job.id}`, query: { wait: "25" } });
    const post = ask({ method: "POST", path: "/v1/jobs", body: order, query: { wait: "25" } });
    await clock.advance(10_500);
    expect(await wait).toMatchObject({ status: 200, body: { status: "queued" } });
    expect(await post).toMatchObject({ status: 202, body: { status: "queued" } });
  });

  it("goes on for a job that is not due yet or runs", async () => {
    const [soon, running] = [
      aJob({ status: "scheduled", due_at: noon + 5000 }),
      aJob({ status: "running", claim_id: "c" }),
    ];
    const { ask, clock } = fakeApi({ jobs: [soon, running] });
    let answered = 0;
    const waits = [soon, running].map(({ id }) =>
      ask({ path: `/v1/jobs/${id}`, query: { wait: "25" } }).then((answer) => {
        answered++;
        return answer;
      }),
    );
    await clock.advance(14_000);
    expect(answered).toBe(0);
    await clock.advance(2000);
    expect(answered).toBe(1);
    await clock.advance(10_000);
    for (const one of await Promise.all(waits)) expect(one.status).toBe(200);
  });
});

it("a deployment may hold responses for less time than callers ask for", async () => {
  const { ask, clock, services } = world(1);
  Object.assign(services, { limits: { ...services.limits, waitSeconds: 3 } });
  const post = ask({ method: "POST", path: "/v1/jobs", body: order, headers: { prefer: "wait=25" } });
  await clock.advance(3000);
  expect(await post).toMatchObject({ status: 202, headers: { "preference-applied": "wait=3" } });
});
