import "../terminal/quiet.ts";
import { fail, runUntilEnded } from "./run-until-ended.ts";
import { readSettings, usage } from "./settings.ts";

/** `npm start`, through `main.ts`: the whole system on this machine. `start.ts` lists its parts. */
try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === "help") {
    console.log(usage);
    process.exit(0);
  }
  await runUntilEnded(settings);
} catch (error) {
  fail(error);
}
