// The entry: mounts the page.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { applyTheme, storedTheme } from "./theme.ts";
import "./style/base.css";
import "./style/list.css";
import "./style/incident.css";
import "./style/lanes.css";
import "./style/evidence.css";
import { applyLanguage, storedLanguage } from "./text/language.ts";

applyTheme(storedTheme());
applyLanguage(storedLanguage());
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
