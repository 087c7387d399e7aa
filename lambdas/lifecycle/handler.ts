import { products } from "../../products/index.ts";
import { LifecycleEnv, readEnv } from "../aws/env.ts";
import { startLifecycle } from "../aws/start-lifecycle.ts";
import { streamHandler } from "../aws/stream-handler.ts";
import { once } from "../core/once.ts";
import { recent } from "../core/recent.ts";
import { endpointsOf } from "../core/webhook.ts";
import { handleChanges } from "./handle.ts";

export const handler = streamHandler(
  once(() => ({ ...startLifecycle(readEnv(LifecycleEnv)), endpoints: endpointsOf(products), told: recent() })),
  handleChanges,
);
