import { createHook } from "node:async_hooks";
import nodeCrypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import { frames, handlerFrame } from "./frame.ts";
import { placeHere } from "./places.ts";
import { uuidOf } from "./random.ts";

/** Thrown to a handler that reaches for the world outside of a step. The run is parked, whatever the handler makes of it. */
export class OutsideStepError extends Error {
  override readonly name = "OutsideStepError";
  readonly code = "OUTSIDE_STEP";
}

/** What a turn of the event loop does by itself: nothing of it brings anything from outside. */
const inside = new Set(["PROMISE", "Microtask", "TickObject"]);

/** Notices whatever of the world a handler begins: sockets, files, timers, threads. */
const watching = createHook({
  // Promises alone are no work, and following them makes every await slow.
  trackPromises: false,
  init(_id, type) {
    if (!inside.has(type)) noticeOutside(`something of the outside (${type})`);
  },
});

/** A step that does work itself is no part of the handler. Returns whether the handler itself does it. */
function noticeOutside(what: string): boolean {
  const frame = frames.getStore();
  if (frame?.mode === "probe") frame.mode = "own";
  if (frame?.mode !== "handler") return false;
  frame.run.outside(what, placeHere());
  return true;
}

let watchers = 0;
/** Watches handlers until the function that it returns is called. */
export function watchHandlers(): () => void {
  replaceGlobals();
  if (watchers++ === 0) watching.enable();
  let isOver = false;
  return () => {
    if (!isOver && --watchers === 0) watching.disable();
    isOver = true;
  };
}

let areReplaced = false;

/** What handlers read of the world is replaced where a handler asks, and nowhere else. */
function replaceGlobals(): void {
  // Tests that move the time put other Dates into its place.
  if (globalThis.Date !== replacedDate) replaceDate();
  if (areReplaced) return;
  areReplaced = true;
  // They open their pipes at the first line, which is not the handler's doing.
  void [process.stdout, process.stderr];
  watchSockets();
  const { random } = Math;
  Math.random = () => {
    const frame = handlerFrame();
    return frame ? frame.random() : random();
  };
  const { crypto, performance } = globalThis;
  for (const module of [crypto, nodeCrypto])
    replaceGlobal(module, "randomUUID", (real) => (...options: []) => {
      const frame = handlerFrame();
      return frame ? uuidOf(frame.random) : real.apply(module, options);
    });
  // For those who import it by its name.
  syncBuiltinESMExports();
  replaceGlobal(performance, "now", (real) => () => {
    const frame = handlerFrame();
    return frame ? frame.run.now() - frame.run.startedAt : real.call(performance);
  });
  replaceFormats();
  refuseGlobal("fetch", "Its answer would be another in the next replay");
  for (const name of ["setTimeout", "setInterval", "setImmediate"] as const)
    refuseGlobal(name, "The run may go on in another process, which has no such timer: use ctx.sleep");
}

/** A connection that was open before begins nothing new: only what is written to it shows that it is used. */
function watchSockets(): void {
  const sockets = Socket.prototype as unknown as { _writeGeneric?: (...parts: unknown[]) => unknown };
  const write = sockets._writeGeneric;
  if (!write) return;
  sockets._writeGeneric = function (this: { _isStdio?: boolean }, ...parts) {
    if (!this._isStdio) noticeOutside("a connection");
    return write.apply(this, parts);
  };
}

let replacedDate: DateConstructor | undefined;
function replaceDate(): void {
  const real = globalThis.Date;
  const now = () => handlerFrame()?.run.now() ?? real.now();
  const date: DateConstructor = new Proxy(real, {
    apply: (_target, _self, parts: []) => {
      const frame = handlerFrame();
      return frame ? new real(frame.run.now()).toString() : real(...parts);
    },
    construct: (target, parts, made) => {
      const frame = parts.length === 0 ? handlerFrame() : undefined;
      return Reflect.construct(target, frame ? [frame.run.now()] : parts, made === date ? target : made);
    },
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
  replacedDate = date;
  globalThis.Date = date;
}

/** A date is written as of now where none is given. */
function replaceFormats(): void {
  type Format = Intl.DateTimeFormat["format"];
  const { prototype } = Intl.DateTimeFormat;
  const given = (date: Parameters<Format>[0]) => (date === undefined ? handlerFrame()?.run.now() : date);
  replaceGlobal(
    prototype,
    "formatToParts",
    (real) =>
      function (this: Intl.DateTimeFormat, date) {
        return real.call(this, given(date));
      },
  );
  const { get: real } = Object.getOwnPropertyDescriptor(prototype, "format") as { get: () => Format };
  // A formatter has one function, whose identity others may rely on.
  const made = new WeakMap<Format, Format>();
  Object.defineProperty(prototype, "format", {
    configurable: true,
    get(this: Intl.DateTimeFormat): Format {
      const format = real.call(this);
      const ours = made.get(format) ?? ((date) => format(given(date)));
      made.set(format, ours);
      return ours;
    },
  });
}

function replaceGlobal<Of extends object, Name extends keyof Of>(
  of: Of,
  name: Name,
  make: (real: Of[Name]) => Of[Name],
): void {
  Object.defineProperty(of, name, { value: make(of[name]), writable: true, configurable: true });
}

function refuseGlobal(name: "fetch" | "setTimeout" | "setInterval" | "setImmediate", why: string): void {
  const real = globalThis[name] as (...parts: unknown[]) => unknown;
  const guarded = (...parts: unknown[]): unknown => {
    if (!noticeOutside(name)) return real.apply(globalThis, parts);
    const error = new OutsideStepError(`${name} outside of ctx.step. ${why}.`);
    if (name === "fetch") return Promise.reject(error);
    throw error;
  };
  // Among them is what util.promisify makes of setTimeout.
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(real));
  globalThis[name] = guarded as never;
}

/** Lets one turn of the event loop pass: whatever a handler does by itself is done then. */
const { setImmediate: nextTurn } = globalThis;
export const turn = (): Promise<void> => new Promise((resolve) => void nextTurn(resolve));
