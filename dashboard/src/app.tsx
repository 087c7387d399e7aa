import { Suspense } from "preact/compat";
import { Route, Router, Switch } from "wouter";
import { session } from "./api/session.ts";
import { useStore } from "./api/store.ts";
import { useHashLocation, useHashSearch } from "./hash-location.ts";
import { pages } from "./routes.ts";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { KeyForm } from "./ui/key-form.tsx";
import { Layout } from "./ui/layout.tsx";
import { NotFound } from "./ui/not-found.tsx";
import { PageSkeleton } from "./ui/skeleton.tsx";
import { Toasts } from "./ui/toast.tsx";

export function App() {
  const now = useStore(session);
  if (now.state === "opening") return <main class="opening" aria-busy="true" aria-label="Loading" />;
  return (
    <>
      {now.state === "locked" ? <KeyForm refused={now.refused ?? false} failed={now.failed} /> : <Pages />}
      <Toasts />
    </>
  );
}

function Pages() {
  return (
    <Router hook={useHashLocation} searchHook={useHashSearch}>
      <Layout>
        <ErrorBoundary>
          <Suspense fallback={<PageSkeleton />}>
            <Switch>
              {pages.map(({ path, component }) => (
                <Route key={path} path={path} component={component} />
              ))}
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </Layout>
    </Router>
  );
}
