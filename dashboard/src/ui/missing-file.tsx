import { useEffect } from "preact/hooks";
import { apiUrl } from "../api/base.ts";
import { keep, readKept } from "../api/store.ts";
import { Button } from "./button.tsx";

const everyMs = 3_000;
/** A file that is missing although the server answers is not asked for more often. */
const leastMs = 30_000;
const name = "ductape.reloaded_at";

/** Whether the server of the dashboard answers: while it does not, a reload would end at the browser's own page of errors. */
const answers = async (): Promise<boolean> =>
  fetch(`${apiUrl()}/`, { cache: "no-store" }).then(
    ({ ok }) => ok,
    () => false,
  );

async function reloadOnceItAnswers(): Promise<void> {
  if (Date.now() - Number(readKept("session", name)) < leastMs || !(await answers())) return;
  keep("session", name, String(Date.now()));
  location.reload();
}

/** A page whose file has not come: it reloads by itself once the server answers, which also gets the files of an update. */
export function MissingFile() {
  useEffect(() => {
    void reloadOnceItAnswers();
    const timer = setInterval(() => void reloadOnceItAnswers(), everyMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="banner banner-bad banner-row" role="alert">
      <p>The file of this page has not come. The page opens by itself once the server sends it.</p>
      <Button onClick={() => void answers().then((is) => is && location.reload())}>Try now</Button>
    </div>
  );
}
