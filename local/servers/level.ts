import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { StartError } from "../runtime/start-error.ts";

type Operation = (this: unknown, ...args: unknown[]) => Promise<unknown>;

interface Level {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** The LevelDB of dynalite, which keeps it to itself and has no types. */
const require = createRequire(createRequire(import.meta.url).resolve("dynalite"));
const { ClassicLevel } = require("classic-level") as {
  ClassicLevel: { new (folder: string): Level; prototype: Record<string, Operation> };
};

/**
 * Opens the database and closes it again, for dynalite would end the process over what this throws. Without its CURRENT
 * file LevelDB takes a database for a new one, and all jobs would seem never to have been.
 */
export async function tryLevel(folder: string): Promise<void> {
  if (existsSync(folder) && !existsSync(join(folder, "CURRENT")) && readdirSync(folder).length > 0) {
    throw new StartError(
      `${folder} is damaged: its file CURRENT is missing. Restore the data folder from a copy, or delete it to begin anew, without any job.`,
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
 * Calls `tell` when a write fails, and lets none happen from then on, until the function that this answers is called:
 * behind a record that is half written LevelDB finds no other when it is opened again. dynalite ends the process over an
 * error that it does not know; one with a status it answers.
 */
export function onFailedWrite(tell: (error: unknown) => void): () => void {
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
          tell(error);
        }
        throw Object.assign(error as Error, answered);
      }
    };
  }
  return () => Object.assign(prototype, before);
}
