import type * as z from "zod";
import { hookPath } from "../../topology.ts";
import { type FoundHook, hookLabel } from "../catalog/hooks.ts";
import { defined } from "../kernel/defined.ts";
import type { HookSchema } from "./schemas/hooks.ts";

type HookView = z.infer<typeof HookSchema>;

/** A hook of the catalog in an env, with its address and without its secrets. */
export function hookView({ product, env, name, hook }: FoundHook): HookView {
  const { to, verify, description } = hook;
  const parts: Record<string, string> = { product: product.tag, env, name };
  return {
    product_tag: product.tag,
    env,
    hook: name,
    path: hookPath.replaceAll(/\{(\w+)\}/g, (_all, part: string) => encodeURIComponent(parts[part] ?? "")),
    preset: verify.preset,
    ...("event" in to ? { event: to.event, label: hookLabel(name) } : { signal: to.signal }),
    ...defined({ description }),
  };
}
