import type { Gates } from "../../lambdas/core/ports/gates.ts";

/**
 * Gates that read the pins once: they are remembered for seconds of real time, which on a slow machine are over sooner. Who asks for
 * fresh ones, as the pump does at each tick, reads them.
 */
export function rememberingPins(gates: Gates): Gates {
  let known: ReturnType<Gates["pins"]> | undefined;
  return {
    ...gates,
    pins(tenant, options) {
      if (options?.fresh) return gates.pins(tenant, options);
      known ??= gates.pins(tenant);
      return known;
    },
  };
}
