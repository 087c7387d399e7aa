import type { Definition } from "./answers.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions } from "./jobs.ts";
import type { Transport } from "./transport.ts";

/** What features said when runs of them began. */
export interface Definitions {
  /**
   * A definition by the `definition.id` of a job, with what the catalog says now and it does not. Rejects with a NotFoundError if there
   * is none with this id.
   *
   * @example
   * const { events } = await ductape.definitions.get("def_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e");
   */
  get(id: string, options?: CallOptions): Promise<Definition>;
}

export const createDefinitions = (transport: Transport): Definitions => ({
  async get(id, { signal } = {}) {
    if (typeof id !== "string" || id === "")
      throw new InvalidRequestError("INVALID_REQUEST", "definitions.get needs the id of a definition.", []);
    const path = `/v1/definitions/${encodeURIComponent(id)}`;
    return expectFields<Definition>(await transport.call({ method: "GET", path, signal }), "id", "steps", "events");
  },
});
