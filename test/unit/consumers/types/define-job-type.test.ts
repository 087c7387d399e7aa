import * as z from "zod";
import { defineExecutor, defineJobType, withTarget } from "../../../../lambdas/consumers/types/define-job-type.ts";
import { Tag } from "../../../../lambdas/core/kernel/tag.ts";

interface Shelf {
  size: number;
}

/** Takes strings and says nothing of them: their types are the test. */
const none = (..._strings: string[]) => [];

const base = {
  type: "storage",
  summary: "Put a book on a shelf.",
  requestName: "IShelfRequest",
  section: "shelves",
  targetField: "shelf",
  input: z.strictObject({ title: z.string() }),
  event: () => ({ shelf: Tag }),
  example: { event: "shelve", input: { title: "Emma" } },
  defaults: { timeout_ms: 1000, retries: 0 },
  limits: { max_timeout_ms: 1000, memory_mb: 128 },
} as const;
const define = defineJobType<Shelf>();
const shelf = define(base);

test("the functions of a definition are typed with the input, target and event of its type", () => {
  define({
    ...base,
    checkEvent: (event, target) => none(event.shelf, target.size.toFixed()),
    checkInput: ({ input, target, event }) => none(input.title, target.size.toFixed(), event.shelf),
  });
  // @ts-expect-error the input has no such field
  define({ ...base, checkInput: ({ input }) => none(input.author) });
  // @ts-expect-error the target has no such field
  define({ ...base, inputSchemaOf: (_event, target) => target.colour });
  // @ts-expect-error the example is no input of the type
  define({ ...base, example: { event: "shelve", input: { title: 7 } } });
});

test("the target of a definition has the type that its schema accepts", () => {
  withTarget(shelf, {
    target: () => z.strictObject({ size: z.number() }),
    access: ({ size }) => none(size.toFixed()),
  });
  // @ts-expect-error the schema is of another target
  withTarget(shelf, { target: () => z.strictObject({ size: z.string() }) });
  // @ts-expect-error the target has no such field
  withTarget(shelf, { target: () => z.strictObject({ size: z.number() }), access: ({ colour }) => none(colour) });
});

test("an executor is typed with the shapes of its type", () => {
  const execute = defineExecutor(shelf, async ({ input, target, event }) => input.title + target.size + event.shelf);
  expect(execute).toBeInstanceOf(Function);
  // @ts-expect-error the event has no such field
  defineExecutor(shelf, async ({ event }) => event.room.trim());
});
