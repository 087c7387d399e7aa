import type { alertWorld } from "./alerting.ts";

type Alerting = ReturnType<typeof alertWorld>["alerting"];

class Killed extends Error {}

/** A process that dies at its `at`-th write, before it or after it. */
export function process(at: number, after: boolean) {
  let writes = 0;
  let isDead = false;
  const guarded = <Port extends object>(port: Port, names: readonly (keyof Port)[]): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          if (isDead) throw new Killed();
          if (!names.includes(name as keyof Port)) return await member.apply(target, args);
          const isLast = ++writes === at;
          if (isLast) isDead = true;
          if (isLast && !after) throw new Killed();
          const result: unknown = await member.apply(target, args);
          if (isLast) throw new Killed();
          return result;
        };
      },
    });
  return {
    /** How many writes there were. */
    writes: () => writes,
    died: () => isDead,
    of: <S extends Alerting>(services: S): S => ({
      ...services,
      incidents: guarded(services.incidents, ["add", "change", "watch", "renote", "unwatch", "begin", "spend"]),
      jobs: guarded(services.jobs, ["create"]),
      queue: guarded(services.queue, ["send"]),
    }),
  };
}
