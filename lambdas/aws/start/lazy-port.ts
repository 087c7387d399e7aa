type Method = (...args: unknown[]) => unknown;

/**
 * A port whose adapter is loaded by the first call, so that a cold start does not wait for it. A proxy passes on every call with
 * all its arguments, while a wrapper that lists the methods could drop an argument. After a failed load, the next call loads again.
 */
export function lazyPort<Port extends object>(load: () => Promise<Port>): Port {
  let loading: Promise<Port> | undefined;
  const loaded = () => {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return new Proxy({} as Port, {
    get(_, name) {
      // A port is not a promise: `await` on a port must not call a method `then`.
      if (typeof name !== "string" || name === "then") return undefined;
      return async (...args: unknown[]) => {
        const port = await loaded();
        return (Reflect.get(port, name) as Method).apply(port, args);
      };
    },
  });
}
