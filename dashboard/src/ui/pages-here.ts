import { session } from "../api/session.ts";
import { useStore } from "../api/store.ts";
import { type Page, pages } from "../routes.ts";

/** The pages of the navigation that this system has, in its order. */
export function usePagesHere(): Page[] {
  const now = useStore(session);
  const isHere = ({ group, needs }: Page) =>
    group !== undefined && (needs === undefined || (now.state === "open" && now[needs]));
  return pages.filter(isHere);
}
