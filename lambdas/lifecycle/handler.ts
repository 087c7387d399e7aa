import { products } from "#catalog";
import { streamHandler } from "../aws/lambda/stream-handler.ts";
import { LifecycleEnv, readEnv } from "../aws/start/env.ts";
import { startLifecycle } from "../aws/start/start-lifecycle.ts";
import { endpointsOf } from "../core/catalog/webhook.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { recent } from "../core/kernel/recent.ts";
import { handleChanges } from "./handle.ts";

export const handler = streamHandler(
  lazy(() => ({ ...startLifecycle(readEnv(LifecycleEnv)), endpoints: endpointsOf(products), recentlySent: recent() })),
  handleChanges,
);
