/** A port with the methods that a benchmark calls. Calling any other throws an error that names it. */
export const only = <Port extends object>(port: string, methods: Partial<NoInfer<Port>> = {}): Port =>
  new Proxy(methods as Port, {
    get(known, name) {
      // Whoever awaits a port looks for `then`.
      if (name in known || typeof name === "symbol" || name === "then") return Reflect.get(known, name);
      throw new Error(`The benchmark does not expect a call of ${port}.${name}.`);
    },
  });
