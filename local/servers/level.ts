import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { StartError } from "../runtime/start-error.ts";

type Operation = (this: unknown, ...args: unknown[]) => Promise<unknown>;
type Read = (this: unknown, ...args: unknown[]) => unknown;

interface Level {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** The LevelDB package of dynalite, which neither exports it nor has types. */
const require = createRequire(createRequire(import.meta.url).resolve("dynalite"));
const { ClassicLevel } = require("classic-level") as {
  ClassicLevel: { new (folder: string): Level; prototype: Record<string, Operation> };
};

/**
 * Opens the database and closes it again, because dynalite would end the process over the errors that this throws. Without its
 * file CURRENT, LevelDB takes a database for a new one, and all jobs would be gone without an error.
 */
export async function tryLevel(folder: string): Promise<void> {
  if (existsSync(folder) && !existsSync(join(folder, "CURRENT")) && readdirSync(folder).length > 0) {
    throw new StartError(
      `${folder} is damaged: its file CURRENT is missing. Restore the data folder from a copy, or delete it to start over without any job.`,
    );
  }
  const level = new ClassicLevel(folder);
  try {
    await level.open();
  } finally {
    await level.close();
  }
}

const answered = { statusCode: 500, body: { __type: "InternalServerError", message: "The database cannot be used." } };

/**
 * Reads in the thread that asks, until the returned function is called. What LevelDB has in memory or the system in its cache is read in less time than it
 * takes to hand the key to another thread, and every request to dynalite reads twice: its table and an item.
 */
export function readInPlace(): () => void {
  const { prototype } = ClassicLevel;
  const before = prototype._get as Operation;
  const read = prototype._getSync as Read;
  prototype._get = async function (...args) {
    return read.apply(this, args);
  };
  return () => {
    prototype._get = before;
  };
}

/**
 * Calls `report` when a write fails, and from then on rejects every write until the returned function is called: when LevelDB is
 * opened again, it finds no record behind one that is half written. dynalite ends the process over an unknown error, but answers
 * with an error that has a status.
 */
export function onFailedWrite(report: (error: unknown) => void): () => void {
  const { prototype } = ClassicLevel;
  const before = { ...prototype };
  let failed: Error | undefined;
  for (const name of ["_get", "_getMany", "_put", "_del", "_batch"]) {
    const original = prototype[name] as Operation;
    const writes = !name.startsWith("_get");
    before[name] = original;
    prototype[name] = async function (...args) {
      try {
        if (writes && failed) throw failed;
        return await original.apply(this, args);
      } catch (error) {
        if (writes && !failed) {
          failed = error as Error;
          report(error);
        }
        throw Object.assign(error as Error, answered);
      }
    };
  }
  return () => Object.assign(prototype, before);
}
