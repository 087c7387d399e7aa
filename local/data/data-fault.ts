import { codeOf, StartError } from "../runtime/start-error.ts";

/** SQLite's primary result codes. https://www.sqlite.org/rescode.html */
const sqlite = { ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, readOnly: 8, notADatabase: 26 } as const;

interface Raised {
  code?: string;
  errcode?: number;
  message?: string;
  cause?: unknown;
}

/** Classifies an error of Node, SQLite or LevelDB about data on disk; undefined for any other kind of error. */
export function dataFaultOf(error: unknown): "full" | "damaged" | "closed" | undefined {
  const { code = "", errcode, message = "", cause } = (error ?? {}) as Raised;
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code) || primary === sqlite.full) return "full";
  if (/No space left|File too large|quota exceeded/i.test(message)) return "full";
  if (primary === sqlite.ioError) return "full";
  // LevelDB's root refers to a file that does not exist.
  if (code === "LEVEL_IO_ERROR" && /No such file/i.test(message)) return "damaged";
  if (primary === sqlite.corrupt || primary === sqlite.notADatabase || code === "LEVEL_CORRUPTION") return "damaged";
  if (primary === sqlite.cannotOpen || primary === sqlite.readOnly || code === "LEVEL_IO_ERROR") return "closed";
  if (["EACCES", "EPERM", "EROFS", "EISDIR", "ENOTDIR", "EEXIST"].includes(code)) return "closed";
  return cause === undefined ? undefined : dataFaultOf(cause);
}

/** The contents of the data folder, and what to do when one is damaged. The reconciler finds jobs that lost their message. */
export const remedies = {
  dynamodb: "It holds the jobs: restore the data folder from a copy, or delete it to start over without any job.",
  "sqs-s3": "Delete it: waiting jobs are redispatched; large inputs and results, uploads and stored files are lost.",
  "schedules.db":
    "Delete it and the files whose names start with its name: the jobs that wait in it start some seconds late.",
  "stream.db":
    "Delete it and the files whose names start with its name: events that have not been published yet are lost.",
} as const;

/** Opens something in the data folder. Throws a StartError that names the place and the remedy if it cannot be opened. */
export async function opened<T>(place: string, remedy: string, open: () => Promise<T> | T): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw startErrorOf(error, place, remedy);
  }
}

function startErrorOf(error: unknown, place: string, remedy: string): unknown {
  if (error instanceof StartError) return error;
  switch (dataFaultOf(error)) {
    case "full":
      return new StartError(
        `${cannotWrite(place)} Free some space and start again: nothing that was accepted is lost.`,
      );
    case "damaged":
      return new StartError(`${place} is damaged. ${remedy}`);
    case "closed":
      return new StartError(
        `${place} cannot be opened (${reasonOf(error)}). Make it readable and writable for you, or set DUCTAPE_DATA to another folder.`,
      );
    default:
      return error;
  }
}

export const cannotWrite = (place: string): string => `${place} cannot be written: the disk is full or unusable.`;

const reasonOf = (error: unknown): string => {
  const { cause, message, errcode } = error as Raised;
  const code = codeOf(cause) ?? codeOf(error);
  return (errcode === undefined ? code : message) ?? "no reason given";
};

/** Prints a message that is true for many calls in a row, at most every ten seconds. */
export function sparingly(say: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - last < 10_000) return;
    last = now;
    say();
  };
}
