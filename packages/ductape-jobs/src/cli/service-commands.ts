import type { Command } from "commander";
import { wholeNumber } from "./arguments/read-value.ts";
import { type Act, withApi } from "./context.ts";
import { dev } from "./dev.ts";
import { type DoctorOptions, doctor } from "./doctor/doctor.ts";
import { openDashboard } from "./open.ts";
import { login, logout, usualPort } from "./sign-in/login.ts";

/** What every command that makes something of a catalog takes. */
const catalogText = "the file that exports the products";

/**
 * The commands around the API: the local runtime, the catalog, the keys, and what helps to use them. Four of them are imported when
 * they run, since they need heavy packages: esbuild, clients of AWS, a parser of JSON with comments, and the MCP SDK.
 */
export function addService(program: Command, act: Act): void {
  addDev(program, act);
  program
    .command("init")
    .description("add Ductape Jobs to a project")
    .argument("[folder]", "the folder of the project", ".")
    .option("--into <name>", "the folder of its own that a project gets which has a package.json (default: jobs)")
    .action(act(async (io, folder: string, options) => (await import("./init.ts")).initProject(io, folder, options)));
  program
    .command("check")
    .description("check the catalog and its code; each fault has its file, and its path or line")
    .argument("[catalog]", `${catalogText} (default: products/index.ts)`)
    .option("--json", "print the faults and warnings as JSON")
    .option(
      "--against <url>",
      "also say what runs under way and waiting jobs in this deployment would meet; its key is DUCTAPE_API_KEY",
    )
    .action(
      act(async (io, file: string | undefined, options) => (await import("./check.ts")).checkFile(io, file, options)),
    );
  addKeys(program, act);
  program
    .command("login")
    .description("sign in by the browser; commands use the key for eight hours")
    .option("--url <url>", "the address of the API, instead of DUCTAPE_URL")
    .option("--issuer <issuer>", "who vouches for you, by name or address, where there are several")
    .option(
      "--port <port>",
      `the port to which the issuer sends you back; 0 for any`,
      wholeNumber(0, 65_535),
      usualPort,
    )
    .option("--localhost", "be sent back to localhost in place of 127.0.0.1, for issuers that know only that")
    .option("--no-browser", "print the address only")
    .option("--json", "print who has signed in as JSON")
    .action(act(login));
  program
    .command("logout")
    .description("revoke the key of the sign-in, and forget it")
    .option("--url <url>", "the address of the API, instead of DUCTAPE_URL")
    .action(act(logout));
  program
    .command("open")
    .description("open the dashboard, and print its address")
    .argument("[job_id]", "the job to show")
    .option("--url <url>", "the address of the API, instead of DUCTAPE_URL")
    .option("--no-browser", "print the address only")
    .option("--json", "print the address as JSON")
    .action(act(openDashboard));
  withApi(program.command("doctor").description("check this machine, the AWS account and the API"))
    .option("--deploy", "also fail without the AWS credentials and the Region that a deployment needs")
    .action(act((io, options: DoctorOptions) => doctor(io, options)));
  program
    .command("mcp")
    .description("serve the API as tools to an AI agent, by the Model Context Protocol on standard input and output")
    .option("--url <url>", "the address of the API, instead of DUCTAPE_URL; its key is DUCTAPE_API_KEY")
    .action(act(async (io, options) => (await import("../mcp/serve-stdio.ts")).serveStdio(io, options)));
}

function addDev(program: Command, act: Act): void {
  program
    .command("dev")
    .description("run the whole system on this machine, with its dashboard")
    .option("--catalog <file>", `${catalogText} (default: products/index.ts)`)
    .option("--port <port>", "the port of the API (default: PORT, else 3000); 0 for any that is free")
    .option("--watch", "reload when the catalog or .env.local change")
    .option("--quiet", "print no line per attempt")
    .option("--json", "print the handlers' log line of each attempt instead of a line for people")
    .option("--verbose", "print every line of the handlers' log")
    .option("--empty", "run no example on a data folder that is new")
    .option("--allow-real", "let jobs call other machines than this one, which is refused otherwise")
    .option("--schedules", "follow the schedules of the catalog, which run here too then")
    .addHelpText(
      "after",
      "\nEnvironment variables:\n  PORT          the port of the API, without --port\n  DUCTAPE_DATA  the folder for all data (.ductape)",
    )
    .action(act(dev));
}

function addKeys(program: Command, act: Act): void {
  const keys = program.command("keys").description("make, list and revoke the API keys of a deployment");
  withDeployment(keys.command("create").description("make a key; it is printed once, alone on standard output"))
    .requiredOption("--name <name>", "what the key is for, for people")
    .requiredOption("--products <a,b>", "the products that it has access to, or '*' for all")
    .requiredOption("--envs <a,b>", "the envs that it has access to, or '*' for all")
    .option("--role <role>", "viewer (reads), operator (reads, schedules, changes, sees inputs) or admin (everything)")
    .option(
      "--verbs <a,b>",
      "in place of a role: jobs:read, jobs:write, jobs:input (inputs of jobs), audit:read (who changed what), jobs:admin (all of these)",
    )
    .option(
      "--expires <time>",
      "when it expires: +90d or 90d, an RFC 3339 time with an offset, or Unix time (default: never)",
    )
    .option("--rate <count>", "how many requests per second it may send (default: as many as the stage takes)")
    .option("--catalog <file>", `${catalogText} (default: products/index.ts)`)
    .action(act(async (io, options) => (await import("./keys.ts")).createKey(io, options)));
  withDeployment(keys.command("list").description("list the keys, without their secrets")).action(
    act(async (io, options) => (await import("./keys.ts")).listKeys(io, options)),
  );
  withDeployment(keys.command("revoke").description("revoke a key by its id").argument("<key_id>")).action(
    act(async (io, id: string, options) => (await import("./keys.ts")).revokeKey(io, id, options)),
  );
}

const withDeployment = (command: Command): Command =>
  command
    .option("--stage <stage>", "the deployment with this jobs:stage, found by its stack", "prod")
    .option("--table <name>", "the deployment with this table; no stack is looked for")
    .option("--local", "the local runtime of this folder (DUCTAPE_DATA)");
