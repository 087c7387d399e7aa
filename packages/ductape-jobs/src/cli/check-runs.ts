import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { type Catalog, makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import { hasCodeFeatures } from "../../../../lambdas/core/catalog/code-target.ts";
import { definitionId, definitionOf } from "../../../../lambdas/core/catalog/feature-definition.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { defined } from "../../../../lambdas/core/kernel/defined.ts";
import { inParallel } from "../../../../lambdas/core/kernel/in-parallel.ts";
import { eventsNamed } from "../../../../lambdas/core/requests/spellings/event-name.ts";
import { foundAt, openApi, path, readsAtOnce } from "./api.ts";
import { checkWaiting, type DeployedProduct, type LostJobs, linesOfLost, listed } from "./check-waiting.ts";
import type { Io } from "./io.ts";
import { type Definition, definitionsOf, lostOfDefinition } from "./lost-variables.ts";

/** A run of a feature that is under way, as far as the check needs it. */
interface OpenRun {
  job_id: string;
  product_tag: string;
  env: string;
  event: string;
  definition?: { id: string };
  /** Of a feature in code: the code with which it began. Where that is deployed with the catalog, its hash. */
  bundle?: string;
  steps?: Record<string, { status: string }>;
  /** The steps of a feature in code name no event. */
  graph?: { step: string; event?: string; app?: string; for_each?: object }[];
  /** Of a job that runs the items of a step: its run is looked at instead. */
  for_each?: object;
}

/** What open runs, and jobs that wait, would meet after a deployment of a catalog. */
interface RunsMet {
  /** How many runs were looked at. */
  runs: number;
  /** Whether there are more runs than were looked at. */
  more: boolean;
  /** The events of which runs keep another definition than the catalog has. */
  kept: { product_tag: string; event: string; runs: number }[];
  /** What runs would wait for, or the steps of theirs. */
  missing: (Need & { product_tag: string; event: string; runs: number; example: string })[];
  /** The jobs that wait, and would fail or go on waiting. */
  lost: LostJobs[];
}

interface Need {
  /** Absent: the run as a whole needs it, or its output. */
  step?: string;
  needs: string;
  /** Without it no decision is made. */
  holds?: true;
}

/** What a deployment of these products would mean for runs that are under way. */
function runsMet(
  catalog: Catalog,
  runs: readonly OpenRun[],
  definitions: Awaited<ReturnType<typeof definitionsOf>>,
  more: boolean,
): Omit<RunsMet, "lost"> {
  const needs = runs.flatMap((run) => {
    const definition = definitions.get(run.definition?.id ?? "");
    return [...needsOf(catalog, run), ...variablesOf(catalog, run, definition)].map((need) => ({ ...need, run }));
  });
  const held = new Set(needs.filter(({ holds }) => holds).map(({ run }) => run));
  const keptRuns = runs.filter((run) => !held.has(run) && keepsOther(catalog, run));
  const kept = Map.groupBy(keptRuns, ({ product_tag, event }) => JSON.stringify([product_tag, event]));
  const missing = Map.groupBy(needs, ({ step, needs, run }) =>
    JSON.stringify([run.product_tag, run.event, step, needs]),
  );
  return {
    runs: runs.length,
    more,
    kept: [...kept.values()].flatMap((some) =>
      some.slice(0, 1).map(({ product_tag, event }) => ({ product_tag, event, runs: some.length })),
    ),
    missing: [...missing.values()].flatMap((some) =>
      some.slice(0, 1).map(({ run: { product_tag, event, job_id }, step, needs }) => ({
        ...{ product_tag, event, runs: some.length, example: job_id },
        ...defined({ step }),
        needs,
      })),
    ),
  };
}

/** Whether a run keeps another definition than the catalog has. */
function keepsOther(catalog: Catalog, { product_tag, event, definition }: OpenRun): boolean {
  const found = catalog.lookup(product_tag, event);
  return definition !== undefined && (!found || definitionId(definitionOf(found)) !== definition.id);
}

/** What a run or its steps that have not begun need, and the catalog does not have. */
function needsOf(catalog: Catalog, run: OpenRun): Need[] {
  const { product_tag, env, bundle, graph = [], steps = {} } = run;
  const product = catalog.products.find(({ tag }) => tag === product_tag);
  if (!product) return [{ needs: `the product ${product_tag}`, holds: true }];
  if (bundle !== undefined) return codeNeedsOf(catalog, product, { ...run, bundle });
  // A step for each item has items that have not begun, as long as it runs.
  const isLeft = (status = "not_started", isForEach = false) =>
    status === "not_started" || (isForEach && ["queued", "running"].includes(status));
  const left = graph.filter(({ step, for_each }) => isLeft(steps[step]?.status, for_each !== undefined));
  if (!product.envs.includes(env)) return left.map(({ step }) => ({ step, needs: `the env ${env}` }));
  return left
    .filter(({ event = "", app }) => eventsNamed(product, registry, event, app).length === 0)
    .map(({ step, event }) => ({ step, needs: `the event ${event}` }));
}

/** The variables that the steps that have not begun refer to, and the output, by the definition that the run keeps. */
function variablesOf(catalog: Catalog, run: OpenRun, definition: Definition | undefined): Need[] {
  const product = catalog.products.find(({ tag }) => tag === run.product_tag);
  if (!product?.envs.includes(run.env) || !definition) return [];
  const { graph = [], steps = {} } = run;
  const left = graph.map(({ step }) => step).filter((step) => (steps[step]?.status ?? "not_started") === "not_started");
  return lostOfDefinition(definition, new Set(left), product, run.env).map(({ step, name }) => ({
    needs: `the variable ${name}`,
    ...defined({ step }),
  }));
}

/** Which events the steps of a feature in code will run is not known: only its code says so. */
function codeNeedsOf(catalog: Catalog, product: Product, { event, env, bundle }: OpenRun & { bundle: string }): Need[] {
  const isDeployed = /^[0-9a-f]{64}$/.test(bundle);
  if (isDeployed)
    return hasCodeFeatures(product) ? [] : [{ needs: `a feature in code of ${product.tag}`, holds: true }];
  const { envs = {} } = Object(catalog.lookup(product.tag, event)?.target) as { envs?: object };
  return Object.hasOwn(envs, env) ? [] : [{ needs: `the address of its code for env ${env}`, holds: true }];
}

/** How many runs are looked at: each is a request. */
const mostRuns = 1000;

/** Asks a deployment for its runs of features that are under way, and for the jobs that wait for what the products do not have. */
export async function checkRuns(io: Io, url: string, products: readonly Product[]): Promise<RunsMet> {
  const api = await openApi(io, url);
  const ids: string[] = [];
  let more = false;
  // A product at a time: a list of all of them reads few tenants only.
  const deployed = await api.request<{ products: DeployedProduct[] }>("GET", "/v1/products");
  for (const { tag } of deployed.products) {
    const query = { product_tag: tag, type: "feature", status: "running" };
    const limit = mostRuns - ids.length;
    const found = limit > 0 ? await listed<{ job_id: string }>(api, query, limit) : { jobs: [], more: true };
    ids.push(...found.jobs.map(({ job_id }) => job_id));
    more ||= found.more;
  }
  // One may have been deleted a moment ago.
  const runs = await inParallel(readsAtOnce, ids, (id) => foundAt<OpenRun>(api, path`/v1/jobs/${id}`));
  const open = runs.flatMap((run) => (run && run.for_each === undefined ? [run] : []));
  const catalog = makeCatalog(products, registry);
  // What the catalog has itself is checked with it.
  const kept = new Set(open.flatMap((run) => (run.definition && keepsOther(catalog, run) ? [run.definition.id] : [])));
  const definitions = await definitionsOf(api, [...kept]);
  const lost = await checkWaiting(api, deployed.products, products);
  return { ...runsMet(catalog, open, definitions, more), lost };
}

/** Lines for people. */
export function linesOf({ runs, more, kept, missing, lost }: RunsMet): string[] {
  return [
    ...kept.map(
      ({ product_tag, event, runs: some }) =>
        `${product_tag} ${event}: ${runsOf(some)} under way ${some === 1 ? "goes" : "go"} on by an earlier definition.`,
    ),
    ...missing.map(({ product_tag, event, step, needs, runs, example }) => {
      const where = step === undefined ? "" : ` at step ${step}`;
      return `${product_tag} ${event}: ${runsOf(runs)} would wait${where} for ${needs}, such as ${example}.`;
    }),
    ...linesOfLost(lost),
    ...(more ? [`There are more than ${runs} runs under way: the others were not looked at.`] : []),
    ...(kept.length + missing.length + lost.length === 0 && !more
      ? [`${runsOf(runs)} under way: none would notice.`]
      : []),
  ];
}

const runsOf = (count: number): string => `${count} run${count === 1 ? "" : "s"}`;
