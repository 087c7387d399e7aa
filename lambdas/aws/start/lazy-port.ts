type Method = (...args: unknown[]) => unknown;

/**
 * A port whose adapter is loaded by its first call, so that no cold start waits for it. Every call is passed on with all
 * its arguments, whatever the port's methods are: a wrapper that named them one by one could drop an argument. A load that
 * failed is tried again by the next call.
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
      // A port is no promise: whoever awaits one must not call it.
      if (typeof name !== "string" || name === "then") return undefined;
      return async (...args: unknown[]) => {
        const port = await loaded();
        return (Reflect.get(port, name) as Method).apply(port, args);
      };
    },
  });
}
