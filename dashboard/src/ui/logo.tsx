/** A roll of tape whose end is a hand of a clock. */
export const Logo = () => (
  <span class="logo">
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <circle cx="11" cy="12" r="7.500" fill="none" stroke="currentColor" stroke-width="3" />
      <circle cx="11" cy="12" r="2" fill="currentColor" />
      <path d="M15 18.500h8" stroke="currentColor" stroke-width="3" />
    </svg>
    <span class="logo-name">
      Ductape <span>Jobs</span>
    </span>
  </span>
);
