import { pathToFileURL } from "node:url";
import { framesIn } from "../thrown.ts";

/** Holds where a call was made. It becomes a text when it is read, which takes long. */
export interface Place {
  stack?: string;
}

export function placeHere(): Place {
  const place: Place = {};
  Error.captureStackTrace(place, placeHere);
  return place;
}

const working = [`${pathToFileURL(`${process.cwd()}/`)}`, `${process.cwd()}/`];

/** `functions/refund.ts:12`: the first line of the team's code. Undefined if there is none. */
export function placeLine({ stack = "" }: Place): string | undefined {
  const [first] = theirFrames(stack);
  const [, file, line] = /\(?([^\s()]+):(\d+):\d+\)?$/.exec(first ?? "") ?? [];
  return file && working.reduce((path, folder) => path.replace(folder, ""), `${file}:${line}`);
}

export const stackOf = ({ stack = "" }: Place): string => theirFrames(stack).join("\n");

const theirFrames = (stack: string): string[] =>
  framesIn(stack)
    .split("\n")
    .filter((frame) => frame !== "" && !/node:|<anonymous>\)?$/.test(frame));
