import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import { definitionId, definitionOf } from "../../../../lambdas/core/catalog/feature-definition.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { inParallel } from "../../../../lambdas/core/kernel/in-parallel.ts";
import { eventsNamed } from "../../../../lambdas/core/requests/spellings/event-name.ts";
import { type Api, openApi, path } from "./api.ts";
import type { Io } from "./io.ts";
import { pages } from "./pages.ts";

/** A run of a feature that is under way, as far as the check needs it. */
interface OpenRun {
  job_id: string;
  product_tag: string;
  env: string;
  event: string;
  definition?: { id: string };
  steps?: Record<string, { status: string }>;
  graph?: { step: string; event: string; app?: string; for_each?: object }[];
  /** Of a job that runs the items of a step: its run is looked at instead. */
  for_each?: object;
}

/** What open runs would meet after a deployment of a catalog. */
interface RunsMet {
  /** How many runs were looked at. */
  runs: number;
  /** Whether there are more runs than were looked at. */
  more: boolean;
  /** The events of which runs keep another definition than the catalog has. */
  kept: { product_tag: string; event: string; runs: number }[];
  /** The steps that would wait for an event or an env, or a run that would fail, as it has no product any more. */
  missing: { product_tag: string; event: string; step?: string; needs: string; runs: number; example: string }[];
}

/** What a deployment of these products would mean for runs that are under way. */
function runsMet(products: readonly Product[], runs: readonly OpenRun[], more: boolean): RunsMet {
  const catalog = makeCatalog(products, registry);
  const isKept = ({ product_tag, event, definition }: OpenRun) => {
    const found = catalog.lookup(product_tag, event);
    return definition !== undefined && (!found || definitionId(definitionOf(found)) !== definition.id);
  };
  const kept = Map.groupBy(runs.filter(isKept), ({ product_tag, event }) => JSON.stringify([product_tag, event]));
  const missing = Map.groupBy(
    runs.flatMap((run) => needsOf(products, run).map((need) => ({ ...need, run }))),
    ({ step, needs, run }) => JSON.stringify([run.product_tag, run.event, step, needs]),
  );
  return {
    runs: runs.length,
    more,
    kept: [...kept.values()].flatMap((some) =>
      some.slice(0, 1).map(({ product_tag, event }) => ({ product_tag, event, runs: some.length })),
    ),
    missing: [...missing.values()].flatMap((some) =>
      some.slice(0, 1).map(({ step, needs, run: { product_tag, event, job_id } }) => ({
        ...{ product_tag, event, needs, runs: some.length, example: job_id },
        ...(step !== undefined && { step }),
      })),
    ),
  };
}

/** What the steps of a run need that have not begun, and the catalog does not have. */
function needsOf(products: readonly Product[], run: OpenRun): { step?: string; needs: string }[] {
  const { product_tag, env, graph = [], steps = {} } = run;
  const product = products.find(({ tag }) => tag === product_tag);
  if (!product) return [{ needs: `the product ${product_tag}` }];
  // A step for each item has items that have not begun, as long as it runs.
  const isLeft = (status = "not_started", isForEach = false) =>
    status === "not_started" || (isForEach && ["queued", "running"].includes(status));
  const left = graph.filter(({ step, for_each }) => isLeft(steps[step]?.status, for_each !== undefined));
  if (!product.envs.includes(env)) return left.map(({ step }) => ({ step, needs: `the env ${env}` }));
  return left
    .filter(({ event, app }) => eventsNamed(product, registry, event, app).length === 0)
    .map(({ step, event }) => ({ step, needs: `the event ${event}` }));
}

/** How many runs are looked at: each is a request. */
const mostRuns = 1000;
const readsAtOnce = 8;

/** Asks a deployment for its runs of features that are under way. */
export async function checkRuns(io: Io, url: string, products: readonly Product[]): Promise<RunsMet> {
  const api = await openApi(io, url);
  const ids: string[] = [];
  let more = false;
  // A product at a time: a list of all of them reads few tenants only.
  const deployed = await api.request<{ products: { tag: string }[] }>("GET", "/v1/products");
  for (const { tag } of deployed.products) {
    const query = { product_tag: tag, type: "feature", status: "running" };
    const limit = mostRuns - ids.length;
    if (limit <= 0) more = true;
    for await (const page of pages(api, { path: "/v1/jobs", field: "jobs", query }, { limit })) {
      ids.push(...(page.jobs as { job_id: string }[]).map(({ job_id }) => job_id));
      more ||= page.next_cursor !== undefined && ids.length >= mostRuns;
    }
  }
  const runs = await inParallel(readsAtOnce, ids, (id) => runOf(api, id));
  return runsMet(
    products,
    runs.flatMap((run) => (run && run.for_each === undefined ? [run] : [])),
    more,
  );
}

/** Undefined for a job that was deleted a moment ago. */
const runOf = (api: Api, id: string): Promise<OpenRun | undefined> =>
  api.request<OpenRun & Record<string, unknown>>("GET", path`/v1/jobs/${id}`).catch((error: Error) => {
    if (error.name === "NotFoundError") return undefined;
    throw error;
  });

/** Lines for people. */
export function linesOf({ runs, more, kept, missing }: RunsMet): string[] {
  return [
    ...kept.map(
      (one) => `${one.product_tag} ${one.event}: ${runsOf(one.runs)} under way go on by an earlier definition.`,
    ),
    ...missing.map(({ product_tag, event, step, needs, runs, example }) =>
      step === undefined
        ? `${product_tag} ${event}: ${runsOf(runs)} would fail, for want of ${needs}, such as ${example}.`
        : `${product_tag} ${event}: ${runsOf(runs)} would wait at step ${step} for ${needs}, such as ${example}.`,
    ),
    ...(more ? [`There are more than ${runs} runs under way: the others were not looked at.`] : []),
    ...(kept.length + missing.length === 0 && !more ? [`${runsOf(runs)} under way: none would notice.`] : []),
  ];
}

const runsOf = (count: number): string => `${count} run${count === 1 ? "" : "s"}`;
