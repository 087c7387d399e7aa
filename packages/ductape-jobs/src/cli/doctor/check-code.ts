import { type Api, openApi, path } from "../api.ts";
import type { Io } from "../io.ts";
import type { AwsQuestions, CodeFunction } from "./aws.ts";
import { checkBundles } from "./check-bundles.ts";
import { type Finding, note, ok, problem } from "./finding.ts";

/**
 * Whether the Lambda functions are there and work that run the code of a deployment's products, and the code that open runs keep. Nothing is looked at for code on this machine, or
 * where the API cannot be asked, which another check says.
 */
export async function checkCode(io: Io, url: string | undefined, aws: AwsQuestions): Promise<Finding[]> {
  const api = await openApi(io, url).catch(() => undefined);
  if (!api || api.isLocal) return [];
  const products = await productsWithCode(api).catch(() => []);
  if (products.length === 0) return [];
  const functions = await aws.code().catch((error: Error) => error);
  if (functions instanceof Error)
    return [note("code", `its functions cannot be read with these credentials (${functions.name})`)];
  const findings = products.map(async ({ product, features }) => {
    const own = functions.filter((one) => one.product === product);
    const kept = await checkBundles(api, { product, features, functions: own }, aws).catch((error: Error) => [
      note(`open runs of ${product}`, `the API did not list them (${error.message})`),
    ]);
    return [...found(product, own), ...kept];
  });
  return (await Promise.all(findings)).flat();
}

interface ListedEvent {
  tag: string;
  type: string;
  code?: { runs: Record<string, string> };
}

/** The products whose code is deployed with the catalog, with the events of those of its features that are. */
async function productsWithCode(api: Api): Promise<{ product: string; features: string[] }[]> {
  const { products } = await api.request<{ products: { tag: string }[] }>("GET", "/v1/products");
  const found: { product: string; features: string[] }[] = [];
  for (const { tag } of products) {
    const { events } = await api.request<{ events: ListedEvent[] }>("GET", path`/v1/products/${tag}`);
    const deployed = events.filter(({ code }) => code && Object.values(code.runs).includes("deployed"));
    const features = deployed.filter(({ type }) => type === "feature").map((event) => event.tag);
    if (deployed.length > 0) found.push({ product: tag, features });
  }
  return found;
}

function found(product: string, own: readonly CodeFunction[]): Finding[] {
  const check = `code of ${product}`;
  if (own.length > 0) return own.map((one) => stateOf(check, one));
  const remedy =
    "Set AWS_PROFILE and AWS_REGION to those of the deployment. If they are, deploy again: npx cdk deploy --all";
  return [problem(check, "no Lambda function of this account and Region runs it", remedy)];
}

function stateOf(check: string, { name, state, update, why, changed }: CodeFunction): Finding {
  if (state === "Failed" || update === "Failed") {
    const text = `${name} ${state === "Failed" ? "cannot run" : "could not be updated, and runs the code of before"}`;
    return problem(check, why ? `${text}: ${why}` : text, "Deploy again: npx cdk deploy --all");
  }
  if (state === "Pending" || update === "InProgress") return note(check, `${name} is being deployed`);
  return ok(check, `${name}, deployed ${changed.slice(0, 16).replace("T", " ")} UTC`);
}
