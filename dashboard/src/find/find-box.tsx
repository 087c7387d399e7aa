import { Suspense } from "preact/compat";
import { useEffect } from "preact/hooks";
import { useCan } from "../api/me.ts";
import { useStore } from "../api/store.ts";
import { lazyPage } from "../lazy-page.ts";
import { letterKeys } from "../shortcuts/keys.ts";
import { Button } from "../ui/button.tsx";
import { ErrorBoundary } from "../ui/error-boundary.tsx";
import { Icon } from "../ui/icons.tsx";
import { finderOpen } from "./open.ts";

const FindDialog = lazyPage(() => import("./find-dialog.tsx").then((m) => m.FindDialog));

const open = () => finderOpen.set(true);

/** Opens the box that finds jobs, by a click or from the keyboard. */
export function FindBox() {
  const hasLetters = useStore(letterKeys);
  const keys = `${hasLetters ? "/ " : ""}Control+K Meta+K`;
  return (
    <button type="button" class="find-box" aria-keyshortcuts={keys} aria-haspopup="dialog" onClick={open}>
      <Icon name="search" />
      Find a job
      <span class="key" aria-hidden="true">
        {hasLetters ? "/" : "Ctrl K"}
      </span>
    </button>
  );
}

/** The same where there is no place for its name. */
export const FindIcon = () => (
  <Button icon="search" tone="quiet" aria-label="Find a job" aria-haspopup="dialog" onClick={open} />
);

/** The box once it is open. */
export function Finder() {
  const isOpen = useStore(finderOpen);
  const can = useCan();
  useEffect(() => () => finderOpen.set(false), []);
  if (!isOpen || !can("jobs:read")) return null;
  return (
    <ErrorBoundary>
      <Suspense fallback={null}>
        <FindDialog />
      </Suspense>
    </ErrorBoundary>
  );
}
