import fc from "fast-check";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import type { Stored } from "../../../lambdas/core/job/job.ts";
import { storePayload } from "../../../lambdas/core/operations/payload.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";

const event = "create_order";
const tenant = { product: "my-product", env: "prd", event, type: "action" } as const;

/** The test's catalog, whose event takes expressions or not. */
function taking(expressions: boolean) {
  const products = catalog.products.map((product): Product => {
    const { [event]: one, ...jobs } = product.jobs;
    return one ? { ...product, jobs: { ...jobs, [event]: { ...one, expressions } } } : product;
  });
  return makeCatalog(products, registry);
}

const inlineOf = (stored: Stored | undefined) => (stored as { inline?: unknown } | undefined)?.inline;

async function again(input: object, { expressions = false, template = false } = {}) {
  const api = fakeApi({ catalog: taking(expressions) });
  const stored = await storePayload(api.blobs, "inputs/x", input);
  const job = aJob({ ...tenant, input: stored, ...(template && { expressions: true as const }) });
  await api.jobs.create(job);
  const answer = await api.ask({ path: `/v1/jobs/${job.id}/input`, query: { as: "request" } });
  const request = { product_tag: "my-product", env: "prd", event, input: answer.body.input };
  const made = await api.ask({ method: "POST", path: "/v1/jobs", body: JSON.stringify(request) });
  const other = await api.jobs.get(made.body.job_id);
  return { api, answer, request: request.input, made, other, value: inlineOf(other?.input) };
}

describe("an input, spelled as a request", () => {
  it.each(["$Now", "$$Now", "$Input{body}", "$$$", "$5", "US$ 3", "$Constant{mail_domain}", "from $Now() on"])(
    "makes another job with the same text: %s",
    async (text) => {
      const { made, value } = await again({ body: { text } });
      expect(made.status).toBe(202);
      expect(value).toEqual({ body: { text } });
    },
  );

  it("of an event that takes expressions is text, and not evaluated", async () => {
    const { request, other } = await again({ body: { text: "from $Constant{mail_domain}" } }, { expressions: true });
    expect(request).toEqual({ body: { text: "from $$Constant{mail_domain}" } });
    expect(other?.expressions).toBe(true);
  });

  it("that is a template stays one", async () => {
    const input = { body: { at: "$Now", price: "$$5" } };
    const { request, value } = await again(input, { expressions: true, template: true });
    expect(request).toEqual(input);
    expect(value).toEqual(input);
  });

  it("has any text", async () => {
    const text = fc.string({ unit: fc.constantFrom("$", "Now", "Input", "{a}", "(", ")", "a", " ") });
    await fc.assert(
      fc.asyncProperty(text, async (one) => {
        expect((await again({ body: { one } })).value).toEqual({ body: { one } });
      }),
    );
  });

  it("is stored as it is without that, and any other spelling is refused", async () => {
    const { api, other } = await again({ body: { text: "$$Now" } });
    const path = `/v1/jobs/${other?.id}/input`;
    expect((await api.ask({ path })).body.input).toEqual({ body: { text: "$$Now" } });
    expect((await api.ask({ path, query: { as: "stored" } })).body.errors).toMatchObject([{ pointer: "/query/as" }]);
  });

  it("has no link to what is stored where that is spelled differently", async () => {
    const api = fakeApi({ catalog: taking(false) });
    api.blobs.downloadUrl = async (key) => `https://blobs.example/${key}`;
    const query = { as: "request" };
    const large = async (text: string) => {
      const stored = await storePayload(api.blobs, "inputs/x", { body: { text, quotes: '"'.repeat(1_600_000) } });
      const job = aJob({ ...tenant, input: stored });
      await api.jobs.create(job);
      return (await api.ask({ path: `/v1/jobs/${job.id}/input`, query })).body;
    };
    expect(await large("$Now")).toEqual({ job_id: expect.any(String), input_bytes: expect.any(Number) });
    expect(await large("now")).toMatchObject({ input_url: "https://blobs.example/inputs/x" });
  });
});
