// When a part fails to draw, says so instead of leaving an empty page.
import { Component, type ReactNode } from "react";

export class Boundary extends Component<{ children: ReactNode }, { failed: string }> {
  override state = { failed: "" };
  static getDerivedStateFromError(error: unknown) {
    return { failed: String(error) };
  }
  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert" className="problem">
        This page cannot be drawn ({this.state.failed}). The data is unharmed: see it under /api/v1/incidents, and please report this.
      </div>
    );
  }
}
