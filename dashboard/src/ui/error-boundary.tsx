import { Component, type ComponentChildren } from "preact";
import { FileMissing } from "../lazy-page.ts";
import { Button } from "./button.tsx";
import { MissingFile } from "./missing-file.tsx";

/** A page that fails to draw, or whose file has not come, says which of them it is instead of leaving the window blank. */
export class ErrorBoundary extends Component<{ children: ComponentChildren }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static override getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch(error: unknown) {
    if (!(error instanceof FileMissing)) console.error("A page could not be drawn.", error);
  }

  override componentDidMount() {
    addEventListener("hashchange", this.forget);
  }

  override componentWillUnmount() {
    removeEventListener("hashchange", this.forget);
  }

  forget = () => {
    if (this.state.error !== undefined) this.setState({ error: undefined });
  };

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    if (error instanceof FileMissing) return <MissingFile />;
    return (
      <div class="banner banner-bad" role="alert">
        <p>This page could not be drawn. That is a fault of the dashboard: the browser's console has its details.</p>
        <p class="banner-note">{error instanceof Error ? error.message : String(error)}</p>
        <Button onClick={() => location.reload()}>Reload</Button>
      </div>
    );
  }
}
