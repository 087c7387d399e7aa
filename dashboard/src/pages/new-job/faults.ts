import type { Fault } from "../../../../sdk/src/errors.ts";

/** The faults at a field itself, or below it where `deep`, as one sentence; undefined without any. */
export function faultAt(faults: readonly Fault[], pointer: string, deep = false): string | undefined {
  const here = faults.filter((fault) => fault.pointer === pointer || (deep && fault.pointer.startsWith(`${pointer}/`)));
  if (here.length === 0) return undefined;
  return here.map((fault) => (fault.pointer === pointer ? fault.detail : said(fault, pointer))).join("; ");
}

const said = (fault: Fault, pointer: string) => `${fault.pointer.slice(pointer.length + 1)} ${fault.detail}`;

/** Faults of the request's input, with pointers into the input. */
export const inputFaults = (faults: readonly Fault[]): Fault[] =>
  faults
    .filter(({ pointer }) => pointer === "/input" || pointer.startsWith("/input/"))
    .map(({ pointer, detail }) => ({ pointer: pointer.slice("/input".length), detail }));
