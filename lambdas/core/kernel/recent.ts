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

/** Sets a value among at most `size`: the one that was set the longest time ago is forgotten. */
export function remember<Key, Value>(values: Map<Key, Value>, key: Key, value: Value, size: number): void {
  values.delete(key);
  values.set(key, value);
  if (values.size > size) values.delete(values.keys().next().value as Key);
}
