/**
 * A field's name as messages may quote it: names are needed to mend a request, so they are shown, but escaped and short,
 * because a caller may have put anything there.
 */
export const quoted = (name: string): string => JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
