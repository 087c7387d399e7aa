/**
 * Quotes a field's name for a message. The reader of the message needs it, but the name may contain anything, so it is escaped
 * and shortened.
 */
export const quoted = (name: string): string => JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
