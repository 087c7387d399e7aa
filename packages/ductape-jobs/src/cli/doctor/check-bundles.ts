import { hash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { JobSummary } from "ductape-sdk";
import type { Api } from "../api.ts";
import type { AwsQuestions, CodeFunction } from "./aws.ts";
import { type Finding, note, ok, problem } from "./finding.ts";

/** How many open runs of a feature are looked at: one page of the API. */
const mostRuns = 100;
/** Of how many versions of the code of a product the bundles are read. */
const mostBundles = 20;
/** A bundle that grows beyond this is none that a deployment has made. */
const largestBundle = 100_000_000;

/** A version of the code of a product that open runs go on with. */
interface Kept {
  bundle: string;
  feature: string;
  runs: string[];
}

/**
 * Whether the code is there with which the open runs of a product began. A run whose code is missing or altered cannot go on
 * once it has waited, which may be in weeks.
 */
export async function checkBundles(
  api: Pick<Api, "request">,
  of: { product: string; features: readonly string[]; functions: readonly CodeFunction[] },
  aws: Pick<AwsQuestions, "bundle">,
): Promise<Finding[]> {
  const { product, features, functions } = of;
  const from = functions.flatMap(({ codeFrom }) => (codeFrom === undefined ? [] : [codeFrom]));
  if (from.length === 0 || features.length === 0) return [];
  const check = `open runs of ${product}`;
  const all = (await Promise.all(features.map((feature) => keptBy(api, product, feature)))).flat();
  if (all.length === 0) return [];
  const found: Finding[] = [];
  const looked = all.slice(0, mostBundles);
  for (const kept of looked) found.push(...(await stateOf(check, kept, from, aws)));
  if (found.length > 0) return found;
  const versions = looked.length === 1 ? "1 version of the code" : `${looked.length} versions of the code`;
  return [ok(check, `go on with ${versions}, and ${looked.length === 1 ? "it is" : "all are"} there`)];
}

/** The code that the open runs of a feature keep, the latest first. */
async function keptBy(api: Pick<Api, "request">, product_tag: string, event: string): Promise<Kept[]> {
  const query = { product_tag, event, status: "running", limit: mostRuns };
  const { jobs } = await api.request<{ jobs: JobSummary[] }>("GET", "/v1/jobs", { query });
  const known = jobs.toSorted((one, other) => other.created_at - one.created_at);
  const bundles = [...new Set(known.flatMap(({ bundle }) => (bundle === undefined ? [] : [bundle])))];
  return bundles.map((bundle) => ({
    bundle,
    feature: event,
    runs: known.filter((job) => job.bundle === bundle).map(({ job_id }) => job_id),
  }));
}

async function stateOf(
  check: string,
  { bundle, feature, runs }: Kept,
  from: readonly string[],
  aws: Pick<AwsQuestions, "bundle">,
): Promise<Finding[]> {
  const code = `the code ${bundle.slice(0, 8)} of ${feature}`;
  const [first = ""] = runs;
  const count = runs.length === mostRuns ? `${mostRuns} or more` : String(runs.length);
  const whose = runs.length === 1 ? `which ${first} keeps` : `which ${count} open runs keep (such as ${first})`;
  try {
    // Two deployments of an account may have products of the same name.
    const found = await Promise.all(from.map((place) => aws.bundle(place, bundle)));
    if (found.some((bytes) => bytes && isOf(bytes, bundle))) return [];
    const what = found.every((bytes) => bytes === undefined) ? "is missing" : "was altered";
    return [problem(check, `${code}, ${whose}, ${what}`, remedyFor(bundle, first))];
  } catch (error) {
    return [note(check, `${code} cannot be read with these credentials (${(error as Error).name})`)];
  }
}

function isOf(gzip: Uint8Array, sha256: string): boolean {
  try {
    return hash("sha256", gunzipSync(gzip, { maxOutputLength: largestBundle }), "hex") === sha256;
  } catch {
    return false;
  }
}

const remedyFor = (bundle: string, job: string) =>
  `Restore code/${bundle}.mjs.gz in the bucket of the deployment, or let each run go on by the present code: ductape-jobs jobs migrate ${job}`;
