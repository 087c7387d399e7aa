import { openApi, path } from "../api.ts";
import type { Io } from "../io.ts";
import type { AwsQuestions, CodeFunction } from "./aws.ts";
import { type Finding, note, ok, problem } from "./finding.ts";

/**
 * Whether the Lambda functions are there and work that run the code of a deployment's products. Nothing is looked at for code on this machine, or
 * where the API cannot be asked, which another check says.
 */
export async function checkCode(io: Io, url: string | undefined, aws: AwsQuestions): Promise<Finding[]> {
  const products = await productsWithCode(io, url).catch(() => []);
  if (products.length === 0) return [];
  const functions = await aws.code().catch((error: Error) => error);
  if (functions instanceof Error)
    return [note("code", `its functions cannot be read with these credentials (${functions.name})`)];
  return products.flatMap((product) => found(product, functions));
}

interface ListedEvent {
  code?: { runs: Record<string, string> };
}

/** The products whose code is deployed with the catalog. */
async function productsWithCode(io: Io, url: string | undefined): Promise<string[]> {
  const api = await openApi(io, url);
  if (api.isLocal) return [];
  const { products } = await api.request<{ products: { tag: string }[] }>("GET", "/v1/products");
  const found: string[] = [];
  for (const { tag } of products) {
    const { events } = await api.request<{ events: ListedEvent[] }>("GET", path`/v1/products/${tag}`);
    if (events.some(({ code }) => code && Object.values(code.runs).includes("deployed"))) found.push(tag);
  }
  return found;
}

function found(product: string, functions: readonly CodeFunction[]): Finding[] {
  const check = `code of ${product}`;
  const own = functions.filter((one) => one.product === product);
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
