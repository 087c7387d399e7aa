import type { Me } from "ductape-sdk";
import { type Api, openApi } from "../api.ts";
import { CliError, exitCode } from "../exit-code.ts";
import { dataFolder, runningLocal } from "../find-api.ts";
import type { Io } from "../io.ts";
import { type Finding, note, ok, problem } from "./finding.ts";

/** Whether a local runtime runs, and whether the API that commands would call answers. */
export async function checkApi(io: Io, url: string | undefined): Promise<Finding[]> {
  const local = runningLocal(io);
  const runtime = local
    ? ok("local runtime", `runs at ${local.url} (process ${local.pid})`)
    : note("local runtime", `none runs with the data folder ${dataFolder(io)}`);
  const api = await openApi(io, url).catch((error: Error) => error);
  if (api instanceof Error) return [runtime, notFound(api)];
  return [runtime, await answers(api)];
}

function notFound(error: Error): Finding {
  if (error instanceof CliError && error.code === exitCode.unreachable)
    return problem("API", "none", "Set DUCTAPE_URL and DUCTAPE_API_KEY, or start the local runtime: ductape-jobs dev");
  return problem("API", error.message, "Set DUCTAPE_URL and DUCTAPE_API_KEY to the address and a key of a deployment.");
}

async function answers({ request, url, from, now, ...api }: Api): Promise<Finding> {
  const place = `${new URL(url).origin} (${from})`;
  try {
    await request("GET", "/v1/health");
    const { caller, name, verbs, version } = await request<Me>("GET", "/v1/me");
    const key = name === undefined ? caller : `${caller} (${name})`;
    return ok("API", `${place} answers: version ${version}, key ${key} with ${verbs.join(", ")}`);
  } catch (error) {
    const { name, message } = error as Error;
    const isKey = name === "AuthenticationError" || name === "PermissionError";
    const remedy = isKey
      ? "Set DUCTAPE_API_KEY to a key of this API: ductape-jobs keys list shows which there are."
      : api.isLocal
        ? "Start the local runtime again: ductape-jobs dev"
        : "Check DUCTAPE_URL, and that this machine reaches it.";
    return problem("API", `${place}: ${message}`, remedy);
  }
}
