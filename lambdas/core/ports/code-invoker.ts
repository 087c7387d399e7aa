import type { CodeMessage } from "../job/code-bundle.ts";
import type { CallMessage } from "../job/code-messages.ts";
import type { StepMessage } from "../job/decide-messages.ts";

/** How an attempt is bounded that runs a team's code. */
export interface CodeCallBounds {
  /** Aborts when the attempt is out of time. The code may go on. */
  signal: AbortSignal;
  /** Reserves memory for an answer of so many bytes before it is read. */
  room: { forAnswer(bytes: number, signal: AbortSignal): Promise<void> };
}

/** The code of the products, wherever it runs. */
export interface CodeInvoker {
  /**
   * Sends a message to the code of a product, and resolves with its answer, which nothing has checked. Throws a JobError if there is no
   * code, or none answers: its process has ended, or it is busy.
   */
  call(product: string, message: CodeMessage, bounds: CodeCallBounds): Promise<unknown>;
  /**
   * Sends a call, or a step, whose answer comes by itself (`reply: "callback"`), and resolves once it is taken. Throws as `call` does. Absent where code
   * can only be waited for.
   */
  send?(product: string, message: CallMessage | StepMessage, bounds: Pick<CodeCallBounds, "signal">): Promise<void>;
}
