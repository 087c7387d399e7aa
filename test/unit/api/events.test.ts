import { Ajv2020 } from "ajv/dist/2020.js";
import { eventDocs } from "../../../lambdas/api/schemas/events.ts";
import { jobEvents } from "../../../lambdas/core/job/job-event.ts";
import { eventSource, rejectedEvent, transitionEvent } from "../../../lambdas/topology.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, anEvent } from "../../support/builders.ts";
import { document } from "../../support/documented.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true });
const published = async () => {
  const { status, headers, body } = await fakeApi().ask({ path: "/events.json", scopes: null });
  return { status, headers, body: body as Record<string, unknown> };
};
const onTheBus = (type: string, detail: object) => ({
  version: "0",
  id: "17793124-05d4-b198-2fde-7ededc63b103",
  source: eventSource,
  "detail-type": type,
  time: "2030-01-01T12:00:00Z",
  resources: [],
  detail,
});

describe("the JSON Schema of events", () => {
  it("is open to every caller", async () => {
    const { status, headers, body } = await published();
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "public, max-age=300" });
    expect(body).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
  });

  it("has every transition of jobs and every other event of the bus", async () => {
    expect(Object.keys(eventDocs).sort()).toEqual(
      [...jobEvents.map(transitionEvent), "webhook.disabled", rejectedEvent].sort(),
    );
    for (const { summary } of Object.values(eventDocs)) expect(summary).toMatch(/^[A-Z].*\.$/);
  });

  it("takes EventBridge's envelope and fields that may be added", async () => {
    const validate = ajv.compile((await published()).body);
    const { detail } = anEvent("completed", aJob({ status: "completed" }));
    expect(validate(onTheBus("job.completed", detail))).toBe(true);
    expect(validate(onTheBus("job.completed", { ...detail, more: 1 }))).toBe(true);
    expect(validate(onTheBus("job.done", detail))).toBe(false);
    expect(validate({ ...onTheBus("job.completed", detail), source: "somebody.else" })).toBe(false);
    expect(validate(onTheBus("job.completed", { ...detail, version: undefined }))).toBe(false);
    expect(validate(onTheBus("job.completed", { ...detail, status: "done" }))).toBe(false);
  });
});

it("the OpenAPI document has what webhooks send, for every transition", () => {
  const { webhooks } = document as unknown as { webhooks: Record<string, { post: { operationId: string } }> };
  expect(Object.keys(webhooks)).toEqual(jobEvents.map(transitionEvent));
  expect(webhooks["job.completed"]?.post).toMatchObject({
    operationId: "onJobCompleted",
    requestBody: {
      content: {
        "application/json": {
          schema: {
            properties: { type: { const: "job.completed" }, data: { $ref: "#/components/schemas/JobEventDetail" } },
          },
        },
      },
    },
  });
});
