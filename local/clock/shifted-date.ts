/**
 * The time of the local runtime: the machine's time plus the clock's offset. Every part reads `Date`, both in this process (fauxqs,
 * dynalite, the stand-ins) and in that of the handlers, so `Date` is what is shifted. Timers are not: they and running work take
 * real time.
 */
let offsetMs = 0;
let restore: (() => void) | undefined;
const machine = Date;
const machineNow = Date.now;

/** The machine's time in epoch milliseconds, without the offset. */
export const realNow = (): number => machineNow();
export const clockOffset = (): number => offsetMs;
export const setClockOffset = (ms: number): void => {
  offsetMs = ms;
};

/** Makes `Date` return the shifted time until the returned function is called. Once per process. */
export function shiftDate(): () => void {
  if (restore)
    throw new Error("only one local runtime can run in a process, because it shifts the clock of the process");
  const now = () => machineNow() + offsetMs;
  const shifted = new Proxy(machine, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new machine(now()).toString(),
    get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
  });
  // The constructor of a date must be Date, because libraries distinguish values by it.
  const put = (date: DateConstructor) => {
    globalThis.Date = date;
    Object.defineProperty(machine.prototype, "constructor", { value: date, writable: true, configurable: true });
  };
  put(shifted);
  restore = () => {
    put(machine);
    offsetMs = 0;
    restore = undefined;
  };
  return restore;
}
