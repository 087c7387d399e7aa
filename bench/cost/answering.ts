import { type Counts, count } from "./counts.ts";

type Answer = (input: Record<string, unknown>) => object;

interface Client {
  middlewareStack: {
    add(
      middleware: (
        next: unknown,
        context: { commandName?: string },
      ) => (args: { input: object }) => Promise<{ output: never; response: unknown }>,
      options: { step: "initialize"; name: string },
    ): void;
  };
}

/** Counts the requests of a client and answers them instead of AWS, by the operation's name; any other operation throws. */
export function answering<C extends Client>(
  client: C,
  service: string,
  counts: () => Counts,
  answers: Record<string, Answer>,
): C {
  client.middlewareStack.add(
    (_next, { commandName = "" }) =>
      async ({ input }) => {
        const operation = commandName.replace("Command", "");
        count(counts().calls, `${service}.${operation}`);
        const answer = answers[operation];
        if (!answer) throw new Error(`${service}.${operation} is not metered: add its answer and what it costs`);
        return { output: answer(input as Record<string, unknown>) as never, response: undefined };
      },
    { step: "initialize", name: "meter" },
  );
  return client;
}
