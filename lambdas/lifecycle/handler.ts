import { products } from "#catalog";
import { streamHandler } from "../aws/lambda/stream-handler.ts";
import { LifecycleEnv, readEnv } from "../aws/start/env.ts";
import { startLifecycle } from "../aws/start/start-lifecycle.ts";
import { endpointsOf } from "../core/catalog/webhook.ts";
import { recent } from "../core/operations/recent.ts";
import { lazy } from "../core/schema/lazy.ts";
import { handleChanges } from "./handle.ts";

export const handler = streamHandler(
  lazy(() => ({ ...startLifecycle(readEnv(LifecycleEnv)), endpoints: endpointsOf(products), recentlySent: recent() })),
  handleChanges,
);
