import { spawn } from "node:child_process";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { offsetVariable } from "../../../local/clock/offset-variable.ts";
import { clockOffset } from "../../../local/clock/shifted-date.ts";
import { repository } from "../local/run-local.ts";

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export interface Server {
  port: string;
  /** What it has printed until now. */
  ran: Ran;
  stop(): Promise<Ran>;
}

/** In a project, these names are packages. Here they are their sources, so that a test needs no build. */
const sources = {
  "ductape-sdk": "sdk/src/index.ts",
  "ductape-jobs/catalog": "packages/ductape-jobs/src/catalog.ts",
};

const resolved = (code: string) =>
  Object.entries(sources).reduce(
    (text, [name, file]) => text.replaceAll(`"${name}"`, JSON.stringify(join(repository, file))),
    code,
  );

/**
 * The commands of the pages, as far as a machine may lack them or they must be those of this repository. `aws` is a stand-in that copies
 * by the AWS SDK, because the AWS CLI is not everywhere. `date` is the machine's, with the tomorrow of the moved clock.
 */
const commands = {
  "ductape-jobs": `exec node "${repository}/local/launch.mjs" "${repository}/packages/ductape-jobs/src/cli/bin.ts" "$@"`,
  npx: 'exec "$@"',
  node: `exec "${process.execPath}" --import "${repository}/local/clock/preload.ts" "$@"`,
  aws: `exec node "${repository}/test/support/how-to/aws.ts" "$@"`,
  date: `today=$(/bin/date -d "@$NOW" +%F); exec /bin/date "\${@/tomorrow/$today 1 day}"`,
};

/** A project as the reader of a page has it: files, a shell, and servers that run while a test does. */
export async function projectIn(folder: string) {
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  for (const [name, line] of Object.entries(commands)) {
    await writeFile(join(bin, name), `#!/bin/bash\n${line}\n`);
    await chmod(join(bin, name), 0o755);
  }
  const env: NodeJS.ProcessEnv = { PATH: `${bin}:${process.env.PATH}`, HOME: folder, TZ: "UTC" };

  function start(file: string, args: string[], more: NodeJS.ProcessEnv = {}) {
    // Programs read the time of the moved clock, as they would on a machine whose time it is.
    const now = { NOW: String(Math.floor(Date.now() / 1000)), [offsetVariable]: String(clockOffset()) };
    const child = spawn(file, args, {
      cwd: folder,
      env: { ...env, ...now, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ran: Ran = { code: null, out: "", err: "" };
    child.stdout.on("data", (chunk) => {
      ran.out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      ran.err += chunk;
    });
    const ended = new Promise<Ran>((resolve) => child.on("close", (code) => resolve({ ...ran, code })));
    return { child, ran, ended };
  }

  return {
    folder,
    /** The environment of everything that is started from now on. */
    env,
    async write(file: string, text: string): Promise<void> {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), file.endsWith(".ts") ? resolved(text) : text);
    },
    /** A terminal: what one block of a page sets, the next ones have. A block ends with its first command that fails. */
    terminal() {
      let kept = "";
      const mark = "what the block has set:";
      return async (block: string): Promise<Ran> => {
        const script = `set -a\n${kept}\n${block}\necho "${mark}"; export -p | grep -vE ' (NOW|${offsetVariable})='`;
        const { out, ...ran } = await start("/bin/bash", ["--norc", "-euo", "pipefail", "-c", script]).ended;
        const [printed = "", set = kept] = out.split(`${mark}\n`);
        kept = set;
        return { ...ran, out: printed };
      };
    },
    /** Starts a server of a page on any free port, and resolves once it says which. */
    async serve(file: string, more: NodeJS.ProcessEnv = {}): Promise<Server> {
      const { child, ran, ended } = start(join(bin, "node"), [file], { PORT: "0", ...more });
      const port = await new Promise<string>((resolve, reject) => {
        child.stdout.on("data", () => {
          const [, said] = /^Listening on [^}]*port: (\d+)/m.exec(ran.out) ?? [];
          if (said !== undefined) resolve(said);
        });
        child.on("close", () => reject(new Error(`${file} has ended: ${ran.err}`)));
      });
      const stop = () => {
        child.kill();
        return ended;
      };
      return { port, ran, stop };
    },
  };
}

export type Project = Awaited<ReturnType<typeof projectIn>>;
