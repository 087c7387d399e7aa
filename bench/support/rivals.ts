import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export type WithServer<T> = (run: (url: string) => Promise<T>) => Promise<T>;

/** What a system answers; one that is missing or fails is left out, with the reason. */
export async function unlessMissing<T>(
  system: string,
  measure: () => Promise<T>,
): Promise<{ value?: T; missing?: string }> {
  try {
    return { value: await measure() };
  } catch (error) {
    const missing = (error as Error).message.split("\n")[0] ?? "";
    console.error(`  left out: ${system}: ${missing}`);
    return { missing };
  }
}

/** Runs the script of another system, a process that gets the server's URL and a workload and prints its result as JSON. */
export function runScript<T>(script: URL, url: string, workload: object): Promise<T> {
  const args = [fileURLToPath(script), url, JSON.stringify(workload)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk));
  return new Promise((resolve, reject) => {
    // What the process has printed is there only once its streams are closed.
    child.once("close", (code) => {
      const why = /ERR_MODULE_NOT_FOUND/.test(err) ? "not installed: npm ci --prefix bench" : err.trim();
      if (code !== 0) return reject(new Error(why || `ended with ${code}`));
      try {
        resolve(JSON.parse(out) as T);
      } catch {
        reject(new Error(`its script printed no result: ${out.slice(0, 200)}`));
      }
    });
  });
}
