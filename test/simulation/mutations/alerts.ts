import type { Mutation } from "./mutation.ts";

const alerting = "core/operations/alerting.ts";
const rules = "core/job/incident.ts";

/** What receivers are told of incidents. Every 64th history has alerts. */
export const ofAlerts: Mutation[] = [
  {
    name: "alerts: a message is noted as said before its jobs are made",
    seed: 107,
    at: `${alerting}#takeIncidentStep`,
    find: "if (say && rule) await tell(services, incident, say, rule);\n  return incidents.change(incident, changes, { unlessCounted });",
    replace:
      "const said = await incidents.change(incident, changes, { unlessCounted });\n  if (say && rule && said !== 'lost') await tell(services, incident, say, rule);\n  return said;",
  },
  {
    name: "alerts: an incident is watched once it is open",
    seed: 107,
    at: `${alerting}#takeIncidentStep`,
    find: "await incidents.watch({ product, env, id, opening: changes.opening ?? 1, at: clock.now() });",
    replace:
      "const watch = () => incidents.watch({ product, env, id, opening: changes.opening ?? 1, at: clock.now() });",
    also: [
      {
        at: `${alerting}#takeIncidentStep`,
        find: 'return incidents.change(incident, known ? { ...changes, state: "known" } : changes);',
        replace:
          'const opened = await incidents.change(incident, known ? { ...changes, state: "known" } : changes);\n    await watch();\n    return opened;',
      },
    ],
  },
  {
    name: "alerts: an incident is closed although it has just failed again",
    seed: 3083,
    at: `${rules}#closingOf`,
    find: "unlessCounted: true,",
    replace: "",
  },
  {
    name: "alerts: an incident that is counted late is closed, and nobody is told",
    seed: 139,
    at: `${rules}#incidentStep`,
    find: "if (untold) return untold;",
    replace: "",
    bug: "a failure that the stream delivered after three windows opened its incident and closed it at once",
  },
  {
    name: "alerts: the jobs of alerts open incidents",
    seed: 107,
    at: "lifecycle/causes.ts#endedIn",
    find: " || isAlertJob(job)",
    replace: "",
  },
  {
    name: "alerts: a pause holds those who are told",
    seed: 491,
    at: "core/job/pause.ts#covers",
    find: "!isAlertJob(job) &&",
    replace: "",
  },
  {
    name: "alerts: each process tells anew",
    seed: 11,
    at: `${alerting}#alertJobOf`,
    find: "alertJobId(incident.product, env, key)",
    replace: "alertJobId(incident.product, env, key + now)",
  },
];
