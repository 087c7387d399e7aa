import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { defined } from "../../../../lambdas/core/kernel/defined.ts";
import { inParallel } from "../../../../lambdas/core/kernel/in-parallel.ts";
import { type Api, path, readsAtOnce } from "./api.ts";
import { pages, wholeOf } from "./pages.ts";

/** Jobs that wait in a deployment, and that would fail at their time by another catalog, or wait on. */
export interface LostJobs {
  product_tag: string;
  event: string;
  needs: string;
  /** They wait for a deployment that has it, as all do that a run has made. The others fail. */
  waits?: true;
  /** How many. */
  jobs: number;
  /** Whether there may be more than were looked at. */
  more: boolean;
  example: string;
}

/** A product as the deployment has it. */
export interface DeployedProduct {
  tag: string;
  envs: string[];
  events: { tag: string; type: string }[];
}

interface Listed {
  job_id: string;
  event: string;
  type: string;
  first_started_at?: number;
  /** The run that it is a step of. */
  parent?: object;
}

/** What a catalog has no longer, with the query for the jobs that need it. */
interface Loss {
  needs: string;
  query: { product_tag: string; env?: string; event?: string };
}

/** How many jobs of a status are looked at for each thing that is lost. */
const mostJobs = 100;
const statuses = ["scheduled", "queued", "paused"];

/** The jobs of a deployment that wait for what these products do not have. */
export async function checkWaiting(
  api: Api,
  deployed: readonly DeployedProduct[],
  products: readonly Product[],
): Promise<LostJobs[]> {
  const losses = deployed.flatMap((one) =>
    lossesOf(
      one,
      products.find(({ tag }) => tag === one.tag),
    ),
  );
  const tags = [...new Set(losses.map(({ query }) => query.product_tag))];
  // A deployment cancels the jobs of schedules that its catalog does not have any more.
  const scheduled = new Set((await inParallel(readsAtOnce, tags, (tag) => schedulesOf(api, tag))).flat());
  const asked = losses.flatMap((loss) => statuses.map((status) => ({ ...loss, status })));
  const found = await inParallel(readsAtOnce, asked, async ({ query, needs, status }) => {
    const { jobs, more } = await listed<Listed>(api, { ...query, status }, mostJobs);
    return jobs.flatMap((job) => {
      const then = scheduled.has(job.job_id) ? "stays" : withoutIt(job, query);
      const waits = then === "waits" ? ({ waits: true } as const) : {};
      return then === "stays" ? [] : [{ ...job, product_tag: query.product_tag, needs, ...waits, more }];
    });
  });
  const by = Map.groupBy(found.flat(), ({ product_tag, event, needs, waits }) =>
    JSON.stringify([product_tag, event, needs, waits]),
  );
  return [...by.values()].flatMap((jobs) =>
    jobs.slice(0, 1).map(({ product_tag, event, needs, waits, job_id }) => ({
      ...{ product_tag, event, needs, ...defined({ waits }) },
      ...{ jobs: jobs.length, more: jobs.some(({ more }) => more), example: job_id },
    })),
  );
}

/** What becomes of a job whose event, env or product a deployment has taken away. */
function withoutIt({ type, parent, first_started_at }: Listed, lost: Loss["query"]): "stays" | "waits" | "fails" {
  if (parent) return "waits";
  if (type !== "feature") return "fails";
  // The run of a feature keeps what its event was once it has begun, and its steps want the env.
  if (lost.env !== undefined) return "waits";
  if (first_started_at === undefined) return "fails";
  return lost.event === undefined ? "waits" : "stays";
}

function lossesOf({ tag, envs, events }: DeployedProduct, product: Product | undefined): Loss[] {
  const product_tag = tag;
  if (!product) return [{ needs: `the product ${tag}`, query: { product_tag } }];
  const lostEvents = events.filter((event) => product.jobs[event.tag]?.type !== event.type);
  return [
    ...lostEvents.map(({ tag: event, type }) => ({
      needs: `the ${type} event ${event}`,
      query: { product_tag, event },
    })),
    ...envs
      .filter((env) => !product.envs.includes(env))
      .map((env) => ({ needs: `the env ${env}`, query: { product_tag, env } })),
  ];
}

const schedulesOf = async (api: Api, tag: string): Promise<string[]> => {
  const { schedules = [] } = await api.request<{ schedules?: { job_id: string }[] }>("GET", path`/v1/products/${tag}`);
  return schedules.map(({ job_id }) => job_id);
};

/** The first jobs of a list, and whether there are more. */
export async function listed<One>(
  api: Api,
  query: Record<string, string>,
  limit: number,
): Promise<{ jobs: One[]; more: boolean }> {
  const { jobs, next_cursor } = await wholeOf(
    "jobs",
    pages(api, { path: "/v1/jobs", field: "jobs", query }, { limit }),
  );
  return { jobs: jobs as One[], more: next_cursor !== undefined };
}

/** Lines for people. */
export const linesOfLost = (lost: readonly LostJobs[]): string[] =>
  lost.map(({ product_tag, event, needs, waits, jobs, more, example }) => {
    const some = jobs === 1 ? "1 job that waits" : `${jobs} jobs${more ? " or more" : ""} that wait`;
    const then = waits ? `go on waiting, for ${needs}` : `fail, for want of ${needs}`;
    return `${product_tag} ${event}: ${some} would ${then}, such as ${example}.`;
  });
