import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";

const call = { type: "action", app: "api", action: "call" } as const;

/** A product whose events share jobs by keys. */
export const sharing: Product = {
  tag: "shared",
  envs: ["prd", "dev"],
  jobs: {
    plain: call,
    index: { ...call, debounce: { key: "$Input{body}{user}", delay: "30s", max_wait: "2m" } },
    rebuild: { ...call, debounce: { delay: 5000 } },
    sync: { ...call, unique: { key: "$Input{body}{user}" } },
    renew: { ...call, unique: { key: "$Input{body}{user}", on_conflict: "replace" } },
    restart: { ...call, unique: { key: "$Input{body}{user}", on_conflict: "cancel_running" } },
  },
  apps: {
    api: {
      envs: { prd: { base_url: "http://127.0.0.1" }, dev: { base_url: "http://127.0.0.1" } },
      actions: { call: { method: "POST", path: "/" } },
    },
  },
};

export const sharingCatalog = makeCatalog([sharing], registry);
