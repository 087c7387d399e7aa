/** What of `GET /v1/me` says what a key may do and where. */
interface Scopes {
  verbs: string[];
  products: string[];
  envs: string[];
}

/** What each verb lets a key do, from the least to the most. */
export const verbs: Record<string, string> = {
  "jobs:read": "See jobs, runs, statistics and the catalog",
  "jobs:write": "Schedule jobs, and cancel, retry, pause or move them",
  "jobs:input": "See the inputs of jobs",
  "audit:read": "See who has changed what",
  "jobs:admin": "All of these, and changes of many jobs at once",
};

export const allows = (me: Scopes, verb: string): boolean => me.verbs.includes(verb) || me.verbs.includes("jobs:admin");

const list = (names: readonly string[]) => (names.includes("*") ? "'*'" : names.join(","));

/** The commands for who has the repository and AWS credentials. Keys are never made by the API, so that no key can make another. */
export function commandsOf(me: Scopes, local: boolean): Record<string, string> {
  const keys = "npm run -s keys --";
  const end = local ? " --local" : "";
  return {
    Create: [
      `${keys} create --name ci \\`,
      `  --products ${list(me.products)} --envs ${list(me.envs)} \\`,
      `  --verbs jobs:read,jobs:write --expires 90d${end}`,
    ].join("\n"),
    List: `${keys} list${end}`,
    Revoke: `${keys} revoke <id>${end}`,
  };
}
