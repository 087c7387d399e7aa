import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { CodeFeature } from "../../lambdas/code/feature/define-feature.ts";
import { type FeatureBundle, featureBundle } from "../../lambdas/code/feature-bundle.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import type { CodeMessage } from "../../lambdas/core/job/code-bundle.ts";
import { JobError } from "../../lambdas/core/job/job-error.ts";
import { sendSignal } from "../../lambdas/core/operations/send-signal.ts";
import type { CodeInvoker } from "../../lambdas/core/ports/code-invoker.ts";
import { viewOf } from "../../lambdas/core/queries/view.ts";
import { type Actions, featureWorld } from "./feature-world.ts";

type Handlers = Record<string, CodeFeature>;

/** A process with the code of the product, as a deployment makes it: it has forgotten everything when it is started anew. */
function codeProcess(texts: Map<string, string>, handlersBy: Map<string, Handlers>) {
  const live = { version: "1" };
  let bundles = new Map<string, FeatureBundle>();
  const asked: CodeMessage[] = [];
  let crash: (message: CodeMessage) => boolean = () => false;
  const bundleOf = (definition: string, feature: string) => {
    const found = bundles.get(definition);
    if (found) return found;
    const version = texts.get(definition)?.split(" ")[1] ?? "";
    const definitionOf = handlersBy.get(version)?.[feature];
    const made = featureBundle(feature, {
      load: async () => ({ [feature]: definitionOf }),
      ...{ export: feature, file: `features/${feature}.ts` },
    });
    bundles.set(definition, made);
    return made;
  };
  const liveOf = (feature: string) => {
    const text = `${feature} ${live.version}`;
    const definition = hash("sha256", text, "hex");
    texts.set(definition, text);
    return definition;
  };
  const invoker: CodeInvoker = {
    async call(_product, sent) {
      const message = JSON.parse(JSON.stringify(sent)) as CodeMessage;
      asked.push(message);
      if (crash(message))
        throw new JobError("PROVIDER_ERROR", "The process ended before it answered.", { retryable: true });
      if (message.kind === "bundle")
        return { v: 1, bundle: gzipSync(texts.get(message.definition) ?? "").toString("base64") };
      if (message.kind === "call") throw new Error("no function");
      const { feature, definition } = message.run;
      const now = liveOf(feature);
      const chosen = definition === "" ? now : definition;
      if (chosen !== now && !bundles.has(chosen)) {
        if (!message.code) return { v: 1, refuse: { code: "UNKNOWN_DEFINITION", message: "unknown" } };
        // As the real one does, it loads what the link leads to.
        const answer = await fetch(message.code.url);
        if (!answer.ok) throw new Error("no such bundle");
      }
      const host = { definition: chosen, resolve: async () => "", write: () => {} };
      const answer = await bundleOf(chosen, feature).answer(
        { ...message, run: { ...message.run, definition: chosen } },
        host,
      );
      return JSON.parse(JSON.stringify(answer));
    },
  };
  return {
    invoker,
    asked,
    live,
    /** It is ended, and the next call starts another one. */
    restart: () => {
      bundles = new Map();
    },
    crashOn: (when: typeof crash) => {
      crash = when;
    },
  };
}

/** A whole system in virtual time with features in code, and actions that answer as the test says. */
export function codeWorld(handlers: Handlers, actions: Actions = {}, more: Partial<Product> = {}) {
  const handlersBy = new Map([["1", handlers]]);
  const code = codeProcess(new Map(), handlersBy);
  const features = Object.fromEntries(Object.keys(handlers).map((name) => [name, { code: `./${name}.ts` }]));
  const world = featureWorld(features, actions, more, code.invoker);
  const signal = async (name: string, to: { key: string } | { job_id: string }, payload?: unknown, id?: string) =>
    sendSignal(world.services, {
      ...{ product: "shop", env: "dev", signal: name, to },
      ...(payload !== undefined && { payload }),
      ...(id !== undefined && { id }),
    });
  return {
    ...world,
    code,
    signal,
    /** Another deployment, with other handlers. */
    redeploy(next: Handlers) {
      const version = String(handlersBy.size + 1);
      handlersBy.set(version, next);
      code.live.version = version;
      code.restart();
    },
    view: async (id: string) => {
      const job = await world.services.jobs.get(id);
      if (!job) throw new Error("no such job");
      return viewOf(world.services, job, world.services.clock.now(), { inputs: true });
    },
  };
}
