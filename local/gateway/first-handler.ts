import { type Handler, sendJson } from "./http.ts";

/** A handler that is there before what it hands requests to: until `use` is called for the first time, they wait. */
export function makeFirstHandler(): { handler: Handler; use: (next: Handler) => void } {
  let current: Handler | undefined;
  const first = Promise.withResolvers<Handler>();
  return {
    handler: async (request, response) => (current ?? (await first.promise))(request, response),
    use(next) {
      current = next;
      first.resolve(next);
    },
  };
}

/** Answers while there is no code to serve, as API Gateway does where a function cannot be called: `message` is for people. */
export const noCode: Handler = async (request, response) => {
  request.resume();
  sendJson(
    response,
    503,
    {
      message:
        "The code does not load, or its catalog has faults: the terminal shows them. It is tried again at the next change.",
    },
    { "retry-after": "1" },
  );
};
