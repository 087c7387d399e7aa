import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";
import { part } from "./part.ts";

const hook = { url: parameter("/my-product/webhook-url"), secret: secret("my-product/webhook#secret") } as const;

export const webhooks = part({
  webhooks: { orders: { events: ["completed", "failed"], envs: { dev: hook, prd: hook } } },
});
