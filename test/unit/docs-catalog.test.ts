import { readdir } from "node:fs/promises";
import * as z from "zod";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import { commonEventFields } from "../../lambdas/core/catalog/event-fields.ts";
import type { CheckedJobType } from "../../lambdas/core/catalog/job-type.ts";
import { Webhook } from "../../lambdas/core/catalog/webhook.ts";
import { checkCatalog } from "../../lambdas/core/check/check-catalog.ts";
import { jobErrorCodes } from "../../lambdas/core/job/job-error.ts";
import { RetryConfig } from "../../lambdas/core/job/retry-config.ts";
import { parseRequest } from "../../lambdas/core/requests/request.ts";
import { blocksOf, catalogPage, productsIn, shopIn } from "../support/catalog-pages.ts";
import { rowsOf } from "../support/tables.ts";

const pages = (await readdir("docs/catalog")).map((name) => name.replace(/\.md$/, ""));
/** These are in docs/limits.md, which has a test of its own. */
const ofRetryConfig = fieldsOf(RetryConfig);
/** Two engines of databases have pages of their own, and a callback is a call of an action. */
const alsoOn: Record<string, string[]> = {
  database_action: ["mongodb", "dynamodb"],
  notification: ["action"],
  feature: ["waits", "for-each", "undo", "approvals"],
  function: ["code"],
};
const definitions: readonly CheckedJobType[] = Object.values(registry);

describe("the catalog's pages", () => {
  it("begin with a complete and valid product", async () => {
    expect(checkCatalog([shopIn(await catalogPage("README"))], registry)).toEqual([]);
  });

  it.each(pages)("show parts of products that are valid: %s", async (name) => {
    for (const product of productsIn(await catalogPage(name))) expect(checkCatalog([product], registry)).toEqual([]);
  });

  it.each(pages)("show requests that a page's first example accepts: %s", async (name) => {
    const page = await catalogPage(name);
    const catalog = makeCatalog(productsIn(page).slice(0, 1), registry);
    for (const request of blocksOf(page, "json").map((text) => JSON.parse(text))) {
      expect(parseRequest(request, catalog, 0)).toMatchObject({ env: "dev", due_at: 0 });
    }
  });

  it("have every error code, and whether it is retried", async () => {
    const rows = rowsOf(await catalogPage("errors"), "code", "retried", "means");
    const known = Object.entries(jobErrorCodes).map(([code, retryable]) => [code, retryable ? "yes" : "no"]);
    expect(Object.fromEntries(rows.map(([code = "", retried]) => [code.replaceAll("`", ""), retried]))).toEqual({
      ...Object.fromEntries(known),
      PROVIDER_ERROR: "depends",
    });
  });

  it("have the fields of a webhook", async () => {
    const names = new Set(namesIn(await catalogPage("webhooks")));
    expect(fieldsOf(Webhook).filter((field) => !names.has(field))).toEqual([]);
  });
});

describe.each(definitions)("the page on the type $type", (definition) => {
  const { type, targetField } = definition;
  const whole = async () => (await Promise.all([type, ...(alsoOn[type] ?? [])].map(catalogPage))).join("\n\n");

  it("begins with an example of it, and a request", async () => {
    const page = await catalogPage(type);
    const [first] = productsIn(page);
    const [request = "{}"] = blocksOf(page, "json");
    expect(first?.jobs[JSON.parse(request).event]).toMatchObject({ type });
  });

  it("has every field of its target and its input", async () => {
    const names = new Set([...namesIn(await whole()), ...ofRetryConfig]);
    const fields = [...fieldsOf(definition.target()), ...fieldsOf(definition.input)];
    expect(fields.filter((field) => !names.has(field))).toEqual([]);
  });

  it("is listed with the fields of its events", async () => {
    const page = await catalogPage("README");
    const events = rowsOf(page, "type", "does", "fields besides", "its target");
    const [, , fields = "", target] = events.find(([link]) => link?.startsWith(`[\`${type}\`]`)) ?? [];
    expect(namesIn(fields)).toEqual(Object.keys(definition.event()));
    expect(Object.keys(definition.event())).toContain(targetField);
    expect(target).toBe(`\`${definition.section}.<name>\``);
  });
});

it("the page on the catalog has the fields that every event has", async () => {
  const fields = rowsOf(await catalogPage("README"), "field", "type", "default", "meaning").map(([field]) => field);
  expect(fields).toEqual(expect.arrayContaining(Object.keys(commonEventFields).map((name) => `\`${name}\``)));
});

/** The names of all fields of a schema, however deep; those of a reference are not written by hand. */
function fieldsOf(schema: z.ZodType): string[] {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { properties } = node as { properties?: Record<string, unknown> };
    const isReference = properties && ("$secret" in properties || "$parameter" in properties);
    if (isReference) return;
    for (const name of Object.keys(properties ?? {})) names.add(name);
    Object.values(node).forEach(visit);
  };
  visit(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  return [...names];
}

/** The words that a page shows as code, in tables and in sentences. */
const namesIn = (page: string): string[] => [
  ...new Set(
    [...page.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`]+)`/g)].flatMap(([, code = ""]) =>
      code.split(/[^\w]+/).filter((name) => name !== ""),
    ),
  ),
];
