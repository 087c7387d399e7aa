import { Command } from "commander";
import { version } from "../../../../lambdas/core/kernel/version.ts";
import { addCatalog } from "./catalog/commands.ts";
import { addCompletion } from "./completion/commands.ts";
import type { Act } from "./context.ts";
import { addJobs } from "./jobs/commands.ts";
import { addSchedule } from "./schedule/commands.ts";
import {
  addApprovals,
  addAudit,
  addCode,
  addHooks,
  addIncidents,
  addLimits,
  addOperations,
  addPauses,
  addSignal,
  addWebhooks,
} from "./scope-commands.ts";
import { addService } from "./service-commands.ts";
import { optionDescription } from "./standing-options.ts";

const about = `Ductape Jobs on the command line.

Commands that call the API find it by DUCTAPE_URL and DUCTAPE_API_KEY, or by --url, or else call the local runtime
that runs in this folder. A key is never an argument: it would stay in the shell's history. DUCTAPE_PRODUCT and
DUCTAPE_ENV stand for --product and --env wherever these are not given.

Exit codes: 0 done, 1 the job or check failed, 2 wrong usage, 3 refused by the API, 4 not reached.`;

/** All commands. `act` runs the function of one and keeps its exit code. */
export function makeProgram(act: Act): Command {
  const program = new Command("ductape-jobs")
    .description(about)
    .version(version)
    // What follows the name of a command is for that command to read: `hooks` and what is below it have options of the same names.
    .enablePositionalOptions()
    .showHelpAfterError("(--help shows the usage)")
    .configureHelp({ optionDescription });
  addService(program, act);
  addJobs(program, act);
  addSchedule(program, act);
  addSignal(program, act);
  addApprovals(program, act);
  addIncidents(program, act);
  addAudit(program, act);
  addOperations(program, act);
  addHooks(program, act);
  addWebhooks(program, act);
  addCode(program, act);
  addPauses(program, act);
  addLimits(program, act);
  addCatalog(program, act);
  addCompletion(program, act);
  return program;
}
