/** A port whose methods begin with what lets the time of a request pass. */
export const overANetwork = <Port extends object>(port: Port, request: () => Promise<void>): Port =>
  new Proxy(port, {
    get(of, name) {
      const method = Reflect.get(of, name);
      if (typeof method !== "function") return method;
      return async (...given: unknown[]) => {
        await request();
        return Reflect.apply(method, of, given);
      };
    },
  });
