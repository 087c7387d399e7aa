import { lazy } from "../../core/kernel/lazy.ts";
import type { Spans } from "../../core/ports/spans.ts";
import { makeLog } from "../log/log.ts";
import { otlpSpans } from "../otlp/otlp-spans.ts";
import type { SpansEnv } from "./env.ts";
import { onlySecrets } from "./start-only-secrets.ts";
import { systemClock } from "./system-clock.ts";

/** Where spans are exported to, if the deployment says so. */
export function startSpans({ OTLP_ENDPOINT: url, OTLP_SECRET: secret }: SpansEnv): { spans?: Spans } {
  if (url === undefined) return {};
  const secrets = lazy(onlySecrets);
  const headers = secret === undefined ? undefined : () => secrets().resolve({ $secret: secret });
  return { spans: otlpSpans({ url, headers, clock: systemClock, log: makeLog("lifecycle") }) };
}
