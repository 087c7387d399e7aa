import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { ProductEvent } from "../../lambdas/core/catalog/job-type.ts";
import { addedEntries } from "../../lambdas/core/job/search-entries.ts";
import { sealsBy } from "../../lambdas/core/operations/seals.ts";
import type { SearchIndex } from "../../lambdas/core/ports/search-index.ts";
import type { FakeJobStore } from "./fakes/job-store.ts";
import { fakeSecrets } from "./fakes/secrets.ts";

type Search = ProductEvent["search"];

const call = { type: "action", app: "api", action: "order" } as const;
const apps = {
  api: {
    envs: { dev: { base_url: "https://api.example" }, prd: { base_url: "https://api.example" } },
    actions: { order: { method: "POST", path: "/orders" } },
  },
};

/** What the orders of the products below are searched by. */
export const orderSearch = {
  order: "$Input{body}{order}",
  region: { value: "$Input{body}{region}", public: true },
  customer: { value: "$Input{body}{customer}", sealed: true },
  charge: "$Result{body}{id}",
} satisfies Search;

/** Products with an event `order` that is searched by its values, `template`, whose inputs have expressions, and `plain`, by none. */
export const searchedCatalog = (search: Search = orderSearch, tags: readonly string[] = ["shop", "mill"]) =>
  makeCatalog(
    tags.map((tag) => ({
      tag,
      envs: ["dev", "prd"],
      jobs: {
        order: { ...call, ...(search && { search }) },
        template: { ...call, expressions: true, ...(search && { search }) },
        plain: call,
        only: { ...call, unique: { key: "$Input{body}{order}" } },
        later: { ...call, debounce: { key: "$Input{body}{order}", delay: "10s" }, ...(search && { search }) },
      },
      variables: { dev: { tier: "gold" }, prd: { tier: "iron" } },
      apps,
    })),
    registry,
  );

/** Seals under these keys, the first of which is in use. */
export const sealing = (...keys: string[]) => sealsBy(fakeSecrets({ seals: keys.join(" ") }), () => "seals");

/** Has a job store write what the stream of its table says into an index, as the indexer does. */
export function indexing(jobs: FakeJobStore, index: SearchIndex): void {
  const indexed =
    <Args extends unknown[], R>(write: (...args: Args) => Promise<R>, idsOf: (...args: Args) => string[]) =>
    async (...args: Args): Promise<R> => {
      const before = new Map(idsOf(...args).map((id) => [id, jobs.peek(id)]));
      const outcome = await write(...args);
      for (const id of before.keys()) {
        const after = jobs.peek(id);
        if (after) await index.put(addedEntries(before.get(id), after, 30));
      }
      return outcome;
    };
  jobs.create = indexed(jobs.create, (job) => [job.id]);
  jobs.createMany = indexed(jobs.createMany, (all) => all.map(({ id }) => id));
  jobs.replace = indexed(jobs.replace, (job) => [job.id]);
}
