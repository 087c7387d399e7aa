import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "wouter";
import { useApprovals } from "../api/approvals.ts";
import { useOpenIncidents } from "../api/incidents.ts";
import { useCan } from "../api/me.ts";
import { FindBox, Finder, FindIcon } from "../find/find-box.tsx";
import { loadFilesWhenIdle } from "../lazy-page.ts";
import type { Page } from "../routes.ts";
import { Shortcuts } from "../shortcuts/shortcuts.tsx";
import { ApiDown, ApiRefuses } from "./api-down.tsx";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { Link } from "./link.tsx";
import { Logo } from "./logo.tsx";
import { NoProducts } from "./no-products.tsx";
import { usePagesHere } from "./pages-here.ts";
import { PauseBanner } from "./pause-banner.tsx";
import { Settings } from "./settings.tsx";
import { useHeadingFocus } from "./use-heading-focus.ts";

const groups = { work: undefined, insight: "Watch", "set-up": "Set up", local: "This machine" } as const;
const icons: Record<string, IconName> = { "/": "overview" };
const iconOf = ({ path }: Page): IconName => icons[path] ?? (path.slice(1) as IconName);

/** The navigation, the page, and what concerns all pages. */
export function Layout({ children }: { children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  const [path] = useLocation();
  const canFind = useCan()("jobs:read");
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => loadFilesWhenIdle(), []);
  // Another page begins at its top, and closes the menu it was chosen from.
  useEffect(() => {
    setOpen(false);
    if (!first.current) main.current?.scrollTo(0, 0);
    first.current = false;
  }, [path]);
  useHeadingFocus(main, path);
  return (
    <div class="layout">
      <button type="button" class="skip-link" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header class="top-bar">
        <Logo />
        {canFind && <FindIcon />}
        <Button
          icon={isOpen ? "close" : "menu"}
          tone="quiet"
          aria-label="Menu"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
      </header>
      <aside class={`side ${isOpen ? "side-open" : ""}`}>
        <div class="side-logo">
          <Logo />
          {canFind && <FindBox />}
        </div>
        <Navigation path={path} />
        <Settings />
      </aside>
      <main ref={main} id="main" class="main" tabIndex={-1}>
        <ApiDown />
        <ApiRefuses />
        <NoProducts path={path} />
        <PauseBanner />
        {children}
      </main>
      <Finder />
      <Shortcuts />
    </div>
  );
}

function Navigation({ path }: { path: string }) {
  const here = usePagesHere();
  return (
    <nav class="nav" aria-label="Pages">
      {Object.entries(groups).map(([group, title]) => {
        const shown = here.filter((page) => page.group === group);
        if (shown.length === 0) return null;
        return (
          <section key={group}>
            {title && <h2>{title}</h2>}
            {shown.map((page) => (
              <NavLink key={page.path} page={page} path={path} />
            ))}
          </section>
        );
      })}
    </nav>
  );
}

function NavLink({ page, path }: { page: Page; path: string }) {
  const isActive = page.path === "/" ? path === "/" : path === page.path || path.startsWith(`${page.path}/`);
  return (
    <Link
      href={page.path}
      class={`nav-link ${isActive ? "nav-active" : ""}`}
      {...(isActive && { "aria-current": "page" as const })}
    >
      <Icon name={iconOf(page)} />
      {page.name}
      {page.path === "/approvals" && <OpenApprovals />}
      {page.path === "/incidents" && <OpenIncidents />}
    </Link>
  );
}

/** How many decisions wait. */
function OpenApprovals() {
  const { open = [], hasMore } = useApprovals({ rare: true });
  return <OpenBadge count={open.length} hasMore={hasMore} />;
}

/** How much goes wrong. */
function OpenIncidents() {
  const { open = [], hasMore } = useOpenIncidents();
  return <OpenBadge count={open.length} hasMore={hasMore} />;
}

function OpenBadge({ count, hasMore }: { count: number; hasMore: boolean }) {
  if (count === 0) return null;
  const shown = `${count}${hasMore ? "+" : ""}`;
  return (
    <span class="nav-badge">
      <span aria-hidden="true">{shown}</span>
      <span class="sr-only">, {shown} open</span>
    </span>
  );
}
