import type { Counts } from "../../cost/counts.ts";
import { count } from "../../cost/counts.ts";
import type { Time } from "../time.ts";

/** A port that answers after the time of a request, and whose calls are counted by name. */
export const overANetwork = <Port extends object>(
  port: Port,
  { time, calls, requestMs }: { time: Time; calls: Counts["calls"]; requestMs: number },
): Port =>
  new Proxy(port, {
    get(of, name) {
      const method = Reflect.get(of, name);
      if (typeof method !== "function") return method;
      return async (...given: unknown[]) => {
        count(calls, String(name));
        await time.sleep(requestMs);
        return Reflect.apply(method, of, given);
      };
    },
  });
