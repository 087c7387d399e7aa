/**
 * The time of the local runtime: the machine's, and what the clock was moved ahead by. Every piece asks `Date`, in this
 * process (fauxqs, dynalite, the stand-ins) as in the one of the handlers, so it is `Date` that is shifted; timers are not:
 * they run in real time, and so does what is under way.
 */
let offsetMs = 0;
let restore: (() => void) | undefined;
const machine = Date;
const machineNow = Date.now;

/** Epoch milliseconds of the machine, whatever the clock was moved by. */
export const realNow = (): number => machineNow();
export const clockOffset = (): number => offsetMs;
export const setClockOffset = (ms: number): void => {
  offsetMs = ms;
};

/** Makes `Date` tell the shifted time from now on, until the function that it answers is called. Once a process. */
export function shiftDate(): () => void {
  if (restore) throw new Error("one local runtime a process: its clock is the process's");
  const now = () => machineNow() + offsetMs;
  const shifted = new Proxy(machine, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new machine(now()).toString(),
    get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
  });
  // A date's constructor is Date, as libraries that tell values apart expect.
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
