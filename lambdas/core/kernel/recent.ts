/** Names of things done lately, up to a number. */
export interface Recent {
  has(name: string): boolean;
  add(name: string): void;
  forget(name: string): void;
}

/** The last `size` names. They live as long as the function's process, so nothing may rely on them. */
export function recent(size = 10_000): Recent {
  const names = new Set<string>();
  return {
    has: (name) => names.has(name),
    add(name) {
      names.add(name);
      const [oldest] = names;
      if (names.size > size && oldest !== undefined) names.delete(oldest);
    },
    forget: (name) => void names.delete(name),
  };
}
