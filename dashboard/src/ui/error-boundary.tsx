import { Component, type ComponentChildren } from "preact";
import { Button } from "./button.tsx";

/** A page that fails to draw, or whose file no longer exists after a deployment, says so instead of leaving the window blank. */
export class ErrorBoundary extends Component<{ children: ComponentChildren }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static override getDerivedStateFromError(error: unknown) {
    return { error };
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
    if (this.state.error === undefined) return this.props.children;
    return (
      <div class="banner banner-bad" role="alert">
        <p>This page could not be shown. After an update of Ductape Jobs its files have new names: reload.</p>
        <p class="banner-note">{this.state.error instanceof Error ? this.state.error.message : ""}</p>
        <Button onClick={() => location.reload()}>Reload</Button>
      </div>
    );
  }
}
