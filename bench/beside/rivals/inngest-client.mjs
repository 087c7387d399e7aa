import { Inngest, Middleware } from "inngest";

const waiting = new Map();

/** What the run that has this id in its event returns. */
export const resultOf = (run) => new Promise((resolve) => waiting.set(run, resolve));

/** Takes the results where the runs return them: asking the server for them again and again would slow what is measured. */
class Results extends Middleware.BaseMiddleware {
  id = "results";

  async wrapFunctionHandler({ ctx, next }) {
    const result = await next();
    const { run } = ctx.event.data;
    waiting.get(run)?.(result);
    waiting.delete(run);
    return result;
  }
}

const logger = { debug() {}, info() {}, warn() {}, error: console.error };
export const inngest = new Inngest({
  id: "beside",
  isDev: true,
  baseUrl: process.argv[2],
  logger,
  middleware: [Results],
});
