import { useEffect, useState } from "preact/hooks";

/** Whether a media query holds, kept current. */
function useMedia(text: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(text).matches);
  useEffect(() => {
    const query = matchMedia(text);
    const listen = () => setMatches(query.matches);
    listen();
    query.addEventListener("change", listen);
    return () => query.removeEventListener("change", listen);
  }, [text]);
  return matches;
}

export const useNarrow = (): boolean => useMedia("(max-width: 760px)");
