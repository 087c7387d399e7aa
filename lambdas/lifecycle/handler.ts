import { streamHandler } from "../aws/lambda/stream-handler.ts";
import { AlertingEnv, LifecycleEnv, readEnv, SpansEnv } from "../aws/start/env.ts";
import { startAlerting, startLifecycle } from "../aws/start/start-lifecycle.ts";
import { startSpans } from "../aws/start/start-spans.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { hasAlerts } from "../core/catalog/alerts.ts";
import { endpointsOf } from "../core/catalog/webhook.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { recent } from "../core/kernel/recent.ts";
import { handleChanges } from "./handle.ts";

export const handler = streamHandler(
  lazy(() => {
    const env = readEnv(LifecycleEnv);
    return {
      ...startLifecycle(env),
      ...(catalog.products.some(hasAlerts) && { alerting: startAlerting(readEnv(AlertingEnv), catalog) }),
      ...startSpans(readEnv(SpansEnv)),
      hasTrends: (product, event) => catalog.lookup(product, event)?.event.trends === true,
      endpoints: endpointsOf(catalog.products),
      recentlySent: recent(),
    };
  }),
  handleChanges,
);
