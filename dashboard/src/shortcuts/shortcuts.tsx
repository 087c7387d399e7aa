import { Suspense } from "preact/compat";
import { useEffect } from "preact/hooks";
import { useStore } from "../api/store.ts";
import { finderOpen } from "../find/open.ts";
import { lazyPage } from "../lazy-page.ts";
import { ErrorBoundary } from "../ui/error-boundary.tsx";
import { useNavigate } from "../ui/link.tsx";
import { usePagesHere } from "../ui/pages-here.ts";
import { helpOpen, listenToKeys, useShortcuts } from "./keys.ts";
import { pathOf } from "./table.ts";

const ShortcutsDialog = lazyPage(() => import("./shortcuts-dialog.tsx").then((m) => m.ShortcutsDialog));

/** The keys of all pages, and the dialog that lists them once it is open. */
export function Shortcuts() {
  const isOpen = useStore(helpOpen);
  const navigate = useNavigate();
  const find = () => finderOpen.set(true);
  const here = usePagesHere();
  useEffect(() => {
    const stop = listenToKeys();
    return () => {
      stop();
      helpOpen.set(false);
    };
  }, []);
  useShortcuts({
    find,
    "find-anywhere": find,
    help: () => helpOpen.set(true),
    "go-to": ({ key }) => {
      const page = here.find(({ path }) => path === pathOf(key));
      if (page) navigate(page.path);
    },
  });
  if (!isOpen) return null;
  return (
    <ErrorBoundary>
      <Suspense fallback={null}>
        <ShortcutsDialog />
      </Suspense>
    </ErrorBoundary>
  );
}

/** Opens the list of shortcuts by a click. */
export const ShortcutsButton = () => (
  <button
    type="button"
    class="button button-quiet button-icon wide-only"
    title="Keyboard shortcuts"
    aria-label="Keyboard shortcuts"
    aria-haspopup="dialog"
    onClick={() => helpOpen.set(true)}
  >
    ?
  </button>
);
