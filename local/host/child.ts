import { flushCompileCache } from "node:module";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import type { Context } from "aws-lambda";
import { extension } from "../../infra/bundle/extension.ts";
import { type FunctionName, handlerFile } from "../../lambdas/topology.ts";
import { setClockOffset } from "../clock/shifted-date.ts";
import { functionArn } from "../runtime/names.ts";
import { functionPlans } from "../runtime/plans.ts";
import type { ChildMessage, HostMessage, Invocation } from "./protocol.ts";

/** The process that runs all handlers unchanged. `host.ts` starts it with the environment that AWS would set. */

type Handler = (event: unknown, context: Context) => Promise<unknown>;

const send = (message: ChildMessage) => process.connected && process.send?.(message);
const handlers = new Map<FunctionName, Handler>();

// Ctrl-C reaches the whole process group, but the parent decides when running work has ended.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.exit());
process.on("message", (message: HostMessage) => {
  if ("offset_ms" in message) return setClockOffset(message.offset_ms);
  const { id } = message;
  run(message).then(
    (result) => send({ kind: "result", id, result }),
    (error: unknown) => send({ kind: "error", id, error: inspect(error) }),
  );
});

async function run(invocation: Invocation): Promise<unknown> {
  const handler = handlers.get(invocation.name);
  if (!handler) throw new Error(`no handler ${invocation.name}`);
  return handler(invocation.event, contextOf(invocation));
}

function contextOf({ id, name, timeoutSeconds, memoryMb }: Invocation): Context {
  const deadline = Date.now() + timeoutSeconds * 1000;
  const legacy = () => {
    throw new Error("the Node.js runtime no longer has done, fail and succeed");
  };
  return {
    awsRequestId: id,
    functionName: name,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn(name),
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: legacy,
    fail: legacy,
    succeed: legacy,
  };
}

async function load(): Promise<void> {
  const modules = Object.entries(functionPlans).map(async ([name, { entry }]) => {
    const module = (await import(pathToFileURL(handlerFile(name, extension)).href)) as {
      handler?: Handler;
    };
    if (typeof module.handler !== "function") throw new Error(`${entry} exports no handler`);
    handlers.set(name as FunctionName, module.handler);
  });
  await Promise.all(modules);
}

try {
  // Imported here, so that errors while it loads are caught too.
  const { inspectCatalog } = await import("./inspect-catalog.ts");
  const { faults, needs } = inspectCatalog();
  if (faults.length > 0) {
    send({ kind: "faults", faults });
  } else {
    await load();
    send({ kind: "ready", needs });
    // Node does this when a process exits, but this one is ended by a signal.
    flushCompileCache();
  }
} catch (error) {
  send({ kind: "broken", error: inspect(error) });
}
