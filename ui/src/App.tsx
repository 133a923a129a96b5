// The frame: who is signed in, which page, live changes, theme.
import { useEffect, useState } from "react";
import { api, ApiError } from "./api/client.ts";
import type { Me } from "./api/types.ts";
import { IncidentListPage } from "./pages/IncidentListPage.tsx";
import { IncidentPage } from "./pages/IncidentPage.tsx";
import { SignIn } from "./pages/SignIn.tsx";
import { Boundary } from "./parts/Boundary.tsx";
import { LocalLink } from "./parts/LocalLink.tsx";
import { useRoute } from "./route.ts";
import { applyTheme, storedTheme, type Theme } from "./theme.ts";
import { applyLanguage, type Lang, language, t } from "./text/language.ts";

export function App() {
  const route = useRoute();
  const [me, setMe] = useState<Me | null | undefined>(undefined);
  const [problem, setProblem] = useState("");
  const [lang, setLang] = useState(language());
  const version = useChanges(me ? me.user : "", () => setMe(null));

  useEffect(() => {
    api.me().then(setMe, (error: unknown) => {
      setMe(null);
      if (error instanceof ApiError && error.status !== 401) setProblem(error.message);
    });
  }, []);

  const signOut = () => void api.logout().then(() => setMe(null), () => setMe(null));
  return (
    <>
      <a className="skip" href="#main">
        {t("Skip to content")}
      </a>
      <header className="bar">
        <LocalLink to="/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" /> Weft
        </LocalLink>
        {me && (
          <nav aria-label={t("Pages")}>
            <LocalLink to="/" current={route.page === "list"}>
              {t("Incidents")}
            </LocalLink>
          </nav>
        )}
        <span className="fill" />
        <LanguagePicker onChange={setLang} />
        <ThemePicker />
        {me && (
          <>
            <span className="user">{me.user}</span>
            <button type="button" className="quiet" onClick={signOut}>
              {t("Sign out")}
            </button>
          </>
        )}
      </header>
      <main id="main" tabIndex={-1}>
        {me === undefined && <p className="note">{t("Loading…")}</p>}
        {me === null && <SignIn problem={problem} onSignedIn={setMe} />}
        {me && (
          <Boundary key={`${lang} ${route.page === "incident" ? route.uid : "list"}`}>
            {route.page === "list" ? <IncidentListPage version={version} /> : <IncidentPage uid={route.uid} version={version} />}
          </Boundary>
        )}
      </main>
      {/* The only address outside this page: DB-IP's licence (CC BY 4.0) asks for it. Nothing from the data is ever a link. */}
      <footer className="foot">
        <a href="https://db-ip.com" rel="noopener noreferrer" target="_blank">
          IP Geolocation by DB-IP
        </a>
      </footer>
    </>
  );
}

/** Counts up when an incident changed, at most once in 300 ms; asks who is signed in when the stream breaks. */
function useChanges(user: string, onSignedOut: () => void): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    if (!user) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let greeted = false;
    const bump = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setVersion((before) => before + 1);
      }, 300);
    };
    const source = new EventSource("/api/v1/stream");
    source.addEventListener("incident", bump);
    source.addEventListener("resync", () => {
      // The first greeting follows the page's own first load.
      if (greeted) bump();
      greeted = true;
    });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      api.me().catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 401) onSignedOut();
      });
    });
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [user]);
  return version;
}

/** Each language by its own name. */
function LanguagePicker({ onChange }: { onChange: (lang: Lang) => void }) {
  return (
    <label className="theme">
      <span className="hidden">{t("Language")}</span>
      <select
        value={language()}
        onChange={(event) => {
          const next = event.target.value as Lang;
          applyLanguage(next, true);
          onChange(next);
        }}
      >
        <option value="en" lang="en">
          English
        </option>
        <option value="ja" lang="ja">
          日本語
        </option>
      </select>
    </label>
  );
}

function ThemePicker() {
  const [theme, setTheme] = useState(storedTheme());
  return (
    <label className="theme">
      <span className="hidden">{t("Theme")}</span>
      <select
        value={theme}
        onChange={(event) => {
          const next = event.target.value as Theme;
          applyTheme(next);
          setTheme(next);
        }}
      >
        <option value="system">{t("System theme")}</option>
        <option value="light">{t("Light")}</option>
        <option value="dark">{t("Dark")}</option>
      </select>
    </label>
  );
}
