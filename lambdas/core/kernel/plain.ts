/** Whether an object is no instance of a class, so that JSON has all of it. */
export const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value));
