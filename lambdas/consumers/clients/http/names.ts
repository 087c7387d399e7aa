/**
 * A field's name as messages quote it. Whoever corrects a request needs to see it, but a caller may have put anything
 * there, so it is escaped and shortened.
 */
export const quoted = (name: string): string => JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
