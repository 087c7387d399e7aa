import type { Undone } from "../../core/job/decide-messages.ts";
import type { Call, UndoOf } from "./call.ts";
import type { RollbackStrategy } from "./define-feature.ts";

/** What undo needs of the run. */
interface Undoes {
  strategy: RollbackStrategy;
  /** Closes everything that is open. Returns the jobs that may end all the same, and have an undo. */
  closeAll(): Call[];
  /** Own code that has run, and whose end the log has not brought yet. */
  ranAfterClose(): Call[];
  step(name: string, fn: () => unknown): Promise<unknown>;
}

interface Done {
  key: string;
  undo: UndoOf;
  value: unknown;
}

/** `charge/find` is undone as `charge/undo:find`, so that the undo of a call within a step belongs to that step. */
const undoKey = (key: string): string => key.replace(/[^/]*$/, (name) => `undo:${name}`);

/** What a run has done, in the order of its log, and how that is undone. */
export class Undo {
  readonly #run: Undoes;
  readonly #done: (Done | "checkpoint")[] = [];

  constructor(run: Undoes) {
    this.#run = run;
  }

  done({ key, undo }: Call, value: unknown): void {
    if (undo) this.#done.push({ key, undo, value: value ?? null });
  }

  checkpoint(): void {
    this.#done.push("checkpoint");
  }

  /** Undoes it, the last first. Undefined if there was nothing to undo. */
  async run(): Promise<Undone | undefined> {
    const closing = this.#run.closeAll();
    if (this.#run.strategy === "none") return undefined;
    // A job that was about to end when it was closed may have done its work.
    await Promise.all(closing.map(callEnded));
    const undone: Undone = { steps: [], failed: [] };
    for (;;) {
      // What ends meanwhile is undone too.
      for (let last = this.#done.pop(); last !== undefined; last = this.#done.pop()) {
        if (last === "checkpoint") {
          if (this.#run.strategy === "to_checkpoint") this.#done.length = 0;
        } else if (this.#run.strategy !== "critical" || last.undo.isCritical) await this.#undo(last, undone);
      }
      // Only now, since a process that has not run it does not wait for it: the order of the undos must be the same in each.
      const late = this.#run.ranAfterClose();
      if (late.length === 0) break;
      await Promise.race(late.map(callEnded));
    }
    return undone.steps.length + undone.failed.length > 0 ? undone : undefined;
  }

  /** An undo that fails does not stop the others. */
  async #undo({ key, undo, value }: Done, undone: Undone): Promise<void> {
    try {
      await this.#run.step(undoKey(key), () => undo.fn(value as never));
      undone.steps.push(key);
    } catch {
      undone.failed.push(key);
    }
  }
}

const callEnded = (call: Call): Promise<void> =>
  new Promise((resolve) => {
    call.hasEnded = resolve;
  });
