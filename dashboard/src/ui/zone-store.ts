import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { keep, makeStore, readKept, useStore } from "../api/store.ts";
import { type ZoneChoice, zoneOf } from "./zone.ts";

const name = "ductape.zone";
const kept = readKept("local", name);

export const zoneChoice = makeStore<ZoneChoice>(kept === "utc" || kept === "job" ? kept : "local");

export function chooseZone(choice: ZoneChoice): void {
  keep("local", name, choice);
  zoneChoice.set(choice);
}

/** The zone of the job that a part of the page is about. */
export const JobZone = createContext<string | undefined>(undefined);

/** The IANA name of the zone in which to show times here. */
export function useZone(jobZone?: string): string {
  const around = useContext(JobZone);
  return zoneOf(useStore(zoneChoice), jobZone ?? around);
}
