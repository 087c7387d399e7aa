import { addressOf } from "./find-api.ts";
import type { Io } from "./io.ts";
import { jsonText } from "./terminal/clean.ts";

interface OpenOptions {
  url?: string;
  json?: boolean;
  browser?: boolean;
}

/**
 * `open`: the dashboard's address, and the dashboard in a browser. The address never has a key: the local runtime's page gets one by
 * itself, and that of a deployment asks for one.
 */
export async function openDashboard(io: Io, job: string | undefined, options: OpenOptions): Promise<void> {
  const { url, isLocal } = addressOf(io, options.url);
  const page = dashboardOf(url) + (job === undefined ? "" : `#/jobs/${encodeURIComponent(job)}`);
  io.out.write(options.json ? `${jsonText({ url: page })}\n` : `${page}\n`);
  if (!isLocal) io.err.write("The page asks for an API key, and keeps it in the browser.\n");
  if (options.browser !== false) io.browse?.(page);
}

/** Without what does not belong there, such as a password. */
function dashboardOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/(\/v1)?\/*$/, "")}/`;
}
