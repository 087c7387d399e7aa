import "./quiet.ts";
import { banner } from "./banner.ts";
import { readSettings } from "./settings.ts";
import { startLocal } from "./start.ts";
import { StartError } from "./start-error.ts";

/** `npm start`: the whole system on this machine. `start.ts` says what it consists of. */
try {
  const local = await startLocal(readSettings(process.argv.slice(2), process.env));
  console.log(banner(local, process.uptime()));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      local.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}
