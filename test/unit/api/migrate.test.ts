import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import { definitionId, definitionOf } from "../../../lambdas/core/catalog/feature-definition.ts";
import { afterClaim, parked } from "../../../lambdas/core/job/transitions.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";
import { productWith } from "../../support/feature-world.ts";

const catalogOf = (...events: string[]) =>
  makeCatalog([productWith({ onboard: { sequences: { main: events.map((event) => ({ event })) } } })], registry);
const now = catalogOf("create", "charge");

/** A run of a feature that had one step, and waits for it. */
async function world() {
  const found = catalogOf("create").lookup("shop", "onboard");
  if (!found) throw new Error("there is no such event");
  const definition = definitionOf(found);
  const id = definitionId(definition);
  const claimed = afterClaim(aJob({ event: "onboard", type: "feature", input: { inline: {} } }), {
    claimId: "c",
    now: noon,
    leaseMarginMs: 1000,
  });
  const progress = { inline: { "main.create": { status: "completed", finished_at: noon } } };
  const job = { ...parked(claimed, progress, noon + 60_000), definition: id };
  const api = fakeApi({ catalog: now, jobs: [job] });
  await api.definitions.put(id, definition, { product: "shop", event: "onboard" }, noon);
  const post = (body: unknown, query = {}) =>
    api.ask({ method: "POST", path: `/v1/jobs/${job.id}/migrate`, query, ...(body !== undefined && { body }) });
  return { ...api, job, id, post };
}

const moved = {
  steps: [
    { step: "main.create", action: "kept", status: "completed" },
    { step: "main.charge", action: "new", status: "not_started" },
  ],
};

describe("POST /v1/jobs/{id}/migrate", () => {
  it("moves a run, says what becomes of each step, and wakes the run", async () => {
    const { post, job, id, jobs, queue, definitions } = await world();
    const { status, body } = await post({ to: "current" });
    expect({ status, body }).toMatchObject({ status: 200, body: { job_id: job.id, from: id, ...moved } });
    expect(await jobs.get(job.id)).toMatchObject({ definition: body.to, version: job.version + 1, wake_at: noon });
    expect(queue.sent).toMatchObject([{ type: "feature", message: { job_id: job.id } }]);
    expect(await definitions.find(body.to)).toMatchObject({ events: [{ product: "shop", event: "onboard" }] });
  });

  it("changes nothing in a dry run", async () => {
    const { post, job, jobs, queue } = await world();
    expect(await post({ to: "current" }, { dry_run: "true" })).toMatchObject({ status: 200, body: moved });
    expect([await jobs.get(job.id), queue.sent]).toEqual([job, []]);
  });

  it.each([undefined, {}, { to: "def_1" }, { to: "current", dry_run: true }])("refuses the body %j", async (body) => {
    const { post, job, jobs } = await world();
    expect(await post(body)).toMatchObject({ status: 400, body: { code: "INVALID_REQUEST" } });
    expect(await jobs.get(job.id)).toEqual(job);
  });

  it("is refused for a job that is no feature", async () => {
    const job = aJob();
    const api = fakeApi({ catalog: now, jobs: [job] });
    const asked = { method: "POST", path: `/v1/jobs/${job.id}/migrate`, body: { to: "current" } } as const;
    expect(await api.ask(asked)).toMatchObject({ status: 409, body: { code: "STATE_CONFLICT", job_id: job.id } });
  });
});
