import type { JsonSchema } from "../ui/schema.ts";
import { exampleOf } from "../ui/schema-example.ts";
import { defineQuery } from "./define-query.ts";
import type { ProductEvent } from "./products.ts";
import { request } from "./request.ts";
import { usePoll } from "./use-poll.ts";

export interface DetailedEvent extends ProductEvent {
  description?: string;
  expressions?: boolean;
  input: JsonSchema;
  references?: string[];
  /** What the target stands for, if it is a fallback or a quota. */
  targets?: { name: string; weight?: number }[];
}

export interface CatalogSchedule {
  name: string;
  env: string;
  event: string;
  job_id: string;
  description?: string;
  repeat: { cron?: string; tz?: string; every?: number };
}

export interface ProductDetails {
  tag: string;
  name?: string;
  envs: string[];
  events: DetailedEvent[];
  variables?: string[];
  constants?: string[];
  schedules?: CatalogSchedule[];
}

const product = defineQuery("product", (tag: string) =>
  request<ProductDetails>(`/v1/products/${encodeURIComponent(tag)}`),
);

export const useProduct = (tag: string | undefined): ProductDetails | undefined =>
  usePoll(tag === undefined ? undefined : product(tag), { once: true }).data;

interface RequestExample {
  value?: { product_tag?: string; event?: string; input?: unknown };
}

interface Document {
  paths?: Record<
    string,
    { post?: { requestBody?: { content?: Record<string, { examples?: Record<string, RequestExample> }> } } }
  >;
}

const requestExamples = defineQuery("request-examples", async (): Promise<RequestExample[]> => {
  const document = await request<Document>("/openapi.json").catch((): Document => ({}));
  const content = document.paths?.["/v1/jobs"]?.post?.requestBody?.content ?? {};
  return Object.values(content["application/json"]?.examples ?? {});
});

/**
 * An input to begin with. The OpenAPI document has real ones for the demo product; for any other event it is made from the
 * schema. Undefined until it is known.
 */
export function useExample(tag: string, event: DetailedEvent | undefined): unknown {
  const { data } = usePoll(requestExamples(), { once: true });
  if (!event || !data) return undefined;
  const real = data.find(({ value }) => value?.product_tag === tag && value.event === event.tag);
  return real?.value?.input ?? exampleOf(event.input);
}
