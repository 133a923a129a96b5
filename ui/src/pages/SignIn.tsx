// Signing in with a password; links come from the service's own output.
import { type FormEvent, useState } from "react";
import { api } from "../api/client.ts";
import type { Me } from "../api/types.ts";
import { t } from "../text/language.ts";

export function SignIn({ problem, onSignedIn }: { problem: string; onSignedIn: (me: Me) => void }) {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [said, setSaid] = useState(problem);
  const [busy, setBusy] = useState(false);
  const used = new URLSearchParams(location.search).has("signin");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    api
      .login(user, password)
      .then((me) => {
        if (used) history.replaceState(null, "", location.pathname);
        onSignedIn(me);
      })
      .catch((error: Error) => setSaid(error.message))
      .finally(() => setBusy(false));
  };
  return (
    <form className="card signin" onSubmit={submit}>
      <h1>{t("Sign in")}</h1>
      {used && <p className="notice">{t("This sign-in link was used already, or is over a day old. Start weft again for a new one, or use your password.")}</p>}
      <p className="faint">{t("Open the link that weft prints when it starts, or sign in with a password.")}</p>
      <label>
        {t("User")}
        <input name="user" autoComplete="username" required value={user} onChange={(event) => setUser(event.target.value)} />
      </label>
      <label>
        {t("Password")}
        <input name="password" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
      </label>
      {said && (
        <p role="alert" className="problem">
          {said}
        </p>
      )}
      <button type="submit" disabled={busy}>
        {t("Sign in")}
      </button>
    </form>
  );
}
