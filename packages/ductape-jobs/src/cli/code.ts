import type { JobSummary } from "ductape-sdk";
import { path } from "./api.ts";
import type { ApiOptions, Context } from "./context.ts";
import { clean } from "./terminal/clean.ts";
import { type Column, table } from "./terminal/table.ts";
import { duration } from "./terminal/time.ts";

interface ListOptions extends ApiOptions {
  product?: string;
  runs?: boolean;
}

/** What the API answers about an event that runs code. */
interface CodeEvent {
  tag: string;
  type: string;
  target: string;
  timeout_ms: number;
  code?: { runs: Record<string, string>; module?: string; export?: string };
}

/** Code with which open runs of a feature go on: how many deployments of it came after. */
interface Version {
  bundle: string;
  runs: number;
  behind: number;
}

interface Listed {
  product_tag: string;
  kind: string;
  name: string;
  event: string;
  timeout_ms: number;
  runs: Record<string, string>;
  module?: string;
  export?: string;
  /** Of a feature that is deployed, the first hundred. */
  open_runs?: number;
  versions?: Version[];
}

/** How many open runs of a feature are looked at: one page of the API. */
const mostRuns = 100;

/** `code list`: the functions and features in code of the catalog, and by which code runs go on. */
export async function listCode(context: Context, { product, runs = true }: ListOptions): Promise<void> {
  const { api } = context;
  const tags =
    product === undefined
      ? (await api.request<{ products: { tag: string }[] }>("GET", "/v1/products")).products.map(({ tag }) => tag)
      : [product];
  const code: Listed[] = [];
  for (const tag of tags) {
    const { events } = await api.request<{ events: CodeEvent[] }>("GET", path`/v1/products/${tag}`);
    for (const event of events) if (event.code) code.push(await listed(context, tag, event, runs));
  }
  context.print({ code });
  if (code.length === 0) context.io.err.write("The catalog has no functions and features in code.\n");
  else context.say(table(columns, code, context.columns));
}

async function listed(context: Context, product_tag: string, event: CodeEvent, runs: boolean): Promise<Listed> {
  const { tag, type, target: name, timeout_ms, code } = event;
  const row = { product_tag, kind: type, name, event: tag, timeout_ms, ...(code as Required<CodeEvent>["code"]) };
  if (!runs || type !== "feature" || row.module === undefined) return row;
  const query = { product_tag, event: tag, status: "running", limit: mostRuns };
  const { jobs } = await context.api.request<{ jobs: JobSummary[] }>("GET", "/v1/jobs", { query });
  return { ...row, open_runs: jobs.length, versions: versionsOf(jobs) };
}

/** The latest first: what began last is by the latest code. */
function versionsOf(jobs: readonly JobSummary[]): Version[] {
  const known = jobs.filter(({ bundle }) => bundle !== undefined);
  const latest = known.toSorted((one, other) => other.created_at - one.created_at);
  const bundles = [...new Set(latest.map(({ bundle = "" }) => bundle))];
  return bundles.map((bundle, behind) => ({
    bundle,
    runs: known.filter((job) => job.bundle === bundle).length,
    behind,
  }));
}

const columns: Column<Listed>[] = [
  { title: "PRODUCT", cell: ({ product_tag }) => product_tag },
  { title: "KIND", cell: ({ kind }) => kind },
  { title: "NAME", cell: ({ name }) => clean(name) },
  { title: "EVENT", cell: ({ event }) => clean(event), drop: 3 },
  { title: "TIMEOUT", cell: ({ timeout_ms }) => duration(timeout_ms), drop: 2 },
  { title: "RUNS", cell: ({ runs }) => placesOf(runs), flexible: true },
  { title: "MODULE", cell: ({ module = "" }) => clean(module), flexible: true, drop: 4 },
  { title: "OPEN", cell: ({ open_runs }) => openOf(open_runs), drop: 1 },
  { title: "VERSIONS", cell: ({ versions = [] }) => versions.map(versionText).join(", "), flexible: true },
];

/** `deployed`, or `dev serve, prd portable` where the envs differ. */
function placesOf(runs: Readonly<Record<string, string>>): string {
  const [first = ""] = Object.values(runs);
  const isSame = Object.values(runs).every((place) => place === first);
  return isSame
    ? first
    : Object.entries(runs)
        .map((pair) => pair.join(" "))
        .join(", ");
}

const openOf = (runs: number | undefined): string | undefined =>
  runs === undefined ? undefined : runs === mostRuns ? `${runs} or more` : String(runs);

const versionText = ({ bundle, runs, behind }: Version): string => {
  const place = behind === 0 ? "" : behind === 1 ? ", 1 version behind" : `, ${behind} versions behind`;
  return `${bundle.slice(0, 8)} (${runs} open${place})`;
};
