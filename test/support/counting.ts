/** Notes each call of the ports, as `port.method`, from now on. */
export function counting(ports: Record<string, object>): string[] {
  const seen: string[] = [];
  for (const [name, port] of Object.entries(ports))
    for (const method of Object.keys(port)) {
      const member: unknown = Reflect.get(port, method);
      if (typeof member !== "function") continue;
      Reflect.set(port, method, (...args: unknown[]) => {
        seen.push(`${name}.${method}`);
        return member.apply(port, args);
      });
    }
  return seen;
}
