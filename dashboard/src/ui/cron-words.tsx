import { useEffect, useState } from "preact/hooks";
import { lazyFile } from "../lazy-page.ts";

type Say = (cron: string) => string;

let loaded: Say | undefined;
const load = lazyFile(async (): Promise<Say> => {
  const { default: cronstrue } = await import("cronstrue");
  loaded = (cron) => cronstrue.toString(cron, { use24HourTimeFormat: true, verbose: false });
  return loaded;
});

/** A cron expression in words; nothing while it is not one, and while the words have not been loaded. */
export function CronWords({ cron }: { cron: string }) {
  const [say, setSay] = useState<Say | undefined>(() => loaded);
  useEffect(() => {
    if (!say) {
      load().then(
        (words) => setSay(() => words),
        () => {},
      );
    }
  }, [say]);
  return <span class="cron-words">{say ? wordsOf(say, cron) : ""}</span>;
}

function wordsOf(say: Say, cron: string): string {
  try {
    return say(cron.trim());
  } catch {
    return "";
  }
}
