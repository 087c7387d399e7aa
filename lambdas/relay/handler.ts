import { queueHandler } from "../aws/lambda/queue-handler.ts";
import { RelayEnv, readEnv } from "../aws/start/env.ts";
import { startRelay } from "../aws/start/start-relay.ts";
import { RelayMessage } from "../core/job/relay-message.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { relayKept } from "../core/operations/relay.ts";

const start = lazy(() => startRelay(readEnv(RelayEnv)));

export const handler = queueHandler(
  start,
  RelayMessage,
  (services, message) => relayKept(services, message),
  ({ shard }) => ({ shard }),
);
