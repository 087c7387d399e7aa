/**
 * `import "ductape-sdk/globals"` makes `IJobProcessorInput` known everywhere in a program: the examples of Ductape's documentation use
 * it without importing it. It is a type only, and adds nothing when the program runs.
 */
import type { IJobProcessorInput as Input } from "./requests.ts";

declare global {
  type IJobProcessorInput = Input;
}
