import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian keeps servers in folders that are not on an ordinary user's PATH. */
const places = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/bin"];

/** The path of a program, if it is installed. */
export const programPath = (name: string): string | undefined => places.map((place) => join(place, name)).find(canRun);

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * `describe` for tests that need a server which npm does not install. If it is missing, the tests are left out and the end of
 * the run says so; with REQUIRE_SERVERS=1 they fail instead, so that a missing install step does not pass unnoticed, unless the server is
 * `optional`.
 */
export function describeWith(
  server: string,
  path: string | undefined,
  installer: string,
  { optional = false }: { optional?: boolean } = {},
): jest.Describe {
  if (path !== undefined) return describe;
  const why = `${server} is not installed: run ${installer}`;
  return ((name: string) => {
    if (process.env.REQUIRE_SERVERS === "1" && !optional) {
      it(`${name} (${why})`, () => {
        throw new Error(why);
      });
    } else {
      it.todo(`${name}: ${why}`);
    }
  }) as unknown as jest.Describe;
}
