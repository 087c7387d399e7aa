/**
 * What a process that has died waits for. Each call makes a promise of its own: one for all of them would keep what they hold until the
 * end of the test.
 */
export const never = () => new Promise<never>(() => {});
