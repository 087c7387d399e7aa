import type { ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { codeFunctionName } from "../../lambdas/topology.ts";
import { type Listening, sendJson, serve } from "../gateway/http.ts";
import { codePrefix } from "../runtime/names.ts";
import type { Bundles } from "./bundles.ts";
import { type CallEnd, Instance, type InstanceOptions } from "./instance.ts";

/** How many instances of one product run at the same time. Further calls wait for one of them. */
const mostInstances = 10;

export interface CodeService extends Listening {
  /** Runs this code from now on. What runs already ends with the code that it began with. */
  use(bundles: Bundles): void;
  moveClock(offsetMs: number): void;
  /** Whether it runs a call for which nobody waits, or tells how it has ended. */
  busy(): boolean;
}

interface CodeServiceOptions extends InstanceOptions {
  /** Takes what Lambda tells of an invocation for which nobody has waited. */
  onEnd: (record: object) => Promise<unknown>;
}

/**
 * The Invoke API of Lambda for the functions with the code of the products, each call in a process that runs nothing else. Events are run
 * once, and how they have ended is told as a destination of both outcomes is. Functions of an account are refused: nothing local reaches one.
 */
export async function startCodeService({ onEnd, ...options }: CodeServiceOptions): Promise<CodeService> {
  let bundles: Bundles = new Map();
  const instances = new Map<string, Set<Instance>>();
  const waiting = new Map<string, (() => void)[]>();

  const of = (product: string): Set<Instance> => {
    const found = instances.get(product) ?? new Set();
    instances.set(product, found);
    return found;
  };

  function freed(product: string): void {
    waiting.get(product)?.shift()?.();
  }

  async function take(product: string): Promise<Instance> {
    for (;;) {
      const { file = "" } = bundles.get(product) ?? {};
      const all = of(product);
      for (const one of all) if (one.isIdle && one.file === file) return one.take();
      // Lambda too keeps nothing of an earlier deployment.
      for (const one of all) if (one.isIdle) one.end();
      if (all.size < mostInstances) {
        const started = new Instance(file, options);
        all.add(started);
        void started.gone.then(() => {
          all.delete(started);
          freed(product);
        });
        return started.take();
      }
      await new Promise<void>((resolve) => waiting.set(product, [...(waiting.get(product) ?? []), resolve]));
    }
  }

  async function invoke(product: string, message: unknown): Promise<CallEnd> {
    const instance = await take(product);
    try {
      return await instance.call(message);
    } finally {
      freed(product);
    }
  }

  const events = new Set<Promise<void>>();

  async function runEvent(product: string, message: unknown): Promise<void> {
    const end = await invoke(product, message);
    if (isClosed) return;
    await onEnd(recordOf(message, end)).catch((error: unknown) => console.error("an answer of code was lost:", error));
  }

  let isClosed = false;
  const listening = await serve(async (request, response) => {
    const [, name = ""] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? "") ?? [];
    const wanted = decodeURIComponent(name);
    const product = [...bundles.keys()].find((tag) => codeFunctionName(codePrefix, tag) === wanted);
    if (product === undefined && wanted.startsWith(codeFunctionName(codePrefix, ""))) {
      // As on AWS: the catalog has lost the code of a product, of which runs are still open.
      return refuse(response, 404, "ResourceNotFoundException", `Function not found: ${wanted}`);
    }
    if (product === undefined) {
      const message = "There is no local stand-in for this operation of AWS.";
      return refuse(response, 400, "UnsupportedOperationException", message);
    }
    const message: unknown = JSON.parse((await buffer(request)).toString());
    if (request.headers["x-amz-invocation-type"] === "Event") {
      const run = runEvent(product, message).finally(() => events.delete(run));
      events.add(run);
      response.writeHead(202).end();
      return;
    }
    const end = await invoke(product, message);
    if ("answer" in end) return sendJson(response, 200, end.answer as object);
    sendJson(response, 200, end, { "x-amz-function-error": "Unhandled" });
  });

  const all = () => [...instances.values()].flatMap((ones) => [...ones]);
  return {
    ...listening,
    use: (next) => {
      bundles = next;
      for (const one of all()) if (one.isIdle) one.end();
    },
    moveClock: (offsetMs) => {
      for (const one of all()) one.moveClock(offsetMs);
    },
    busy: () => events.size > 0,
    close: async (graceMs) => {
      isClosed = true;
      await listening.close(graceMs);
      for (const one of all()) one.end();
      await Promise.all(all().map(({ gone }) => gone));
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const recordOf = (message: unknown, end: CallEnd): object => ({
  version: "1.0",
  timestamp: new Date().toISOString(),
  requestContext: {
    condition: "answer" in end ? "Success" : "RetriesExhausted",
    approximateInvokeCount: 1,
  },
  requestPayload: message,
  responseContext: {
    statusCode: 200,
    executedVersion: "$LATEST",
    ...(!("answer" in end) && { functionError: "Unhandled" }),
  },
  responsePayload: "answer" in end ? end.answer : end,
});

const refuse = (response: ServerResponse, status: number, type: string, message: string) =>
  sendJson(response, status, { __type: type, message, Message: message }, { "x-amzn-errortype": type });
