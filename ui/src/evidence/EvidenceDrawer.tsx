// The events behind a claim, down to the raw record. Everything is text: nothing in it is ever a link or markup.
import { useEffect, useRef, useState } from "react";
import { api } from "../api/client.ts";
import type { OcsfEvent } from "../api/types.ts";
import { useLoaded } from "../api/use_loaded.ts";
import { CopyButton } from "../parts/CopyButton.tsx";
import { fields, rawText } from "./fields.ts";
import { t } from "../text/language.ts";

export interface Evidence {
  uids: string[];
  about: string;
}

export function EvidenceDrawer({ evidence, onClose }: { evidence: Evidence; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [index, setIndex] = useState(0);
  const uid = evidence.uids[index] ?? "";
  const { value: event, error } = useLoaded(uid, 0, (signal) => api.event(uid, signal));
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="drawer"
      aria-labelledby="evidence"
      onClose={onClose}
      onClick={(click) => {
        if (click.target === dialog.current) dialog.current.close();
      }}
    >
      <div className="drawer-body">
        <div className="drawer-head">
          <h2 id="evidence">{t("Evidence")}</h2>
          <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
            {t("Close")}
          </button>
        </div>
        <p>{evidence.about}</p>
        {evidence.uids.length > 1 && (
          <div className="steps" role="group" aria-label={t("Events")}>
            <button type="button" disabled={index === 0} onClick={() => setIndex(index - 1)}>
              {t("Previous")}
            </button>
            <span role="status">
              {t("Event {n} of {total}", { n: index + 1, total: evidence.uids.length })}
            </span>
            <button type="button" disabled={index + 1 >= evidence.uids.length} onClick={() => setIndex(index + 1)}>
              {t("Next")}
            </button>
          </div>
        )}
        <p className="faint mono break">{uid}</p>
        {error && (
          <p className="problem" role="alert">
            {error.status === 404 ? "This event is not stored here: it is older than the retention time, or the incident came without its events. Its id stays valid, and weft replay finds it again in the original records." : error.message}
          </p>
        )}
        {!event && !error && <p className="faint">{t("Loading…")}</p>}
        {event && <EventView event={event} />}
      </div>
    </dialog>
  );
}

function EventView({ event }: { event: OcsfEvent }) {
  const raw = typeof event["raw_data"] === "string" ? event["raw_data"] : "";
  return (
    <>
      <h3>{t("Fields")}</h3>
      <table className="fields">
        <thead className="hidden">
          <tr>
            <th scope="col">{t("Field")}</th>
            <th scope="col">{t("Value")}</th>
          </tr>
        </thead>
        <tbody>
          {fields(event).map((field, index) => (
            <tr key={index}>
              <th scope="row">{field.path}</th>
              <td>{field.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>
        {t("Raw record")} {raw && <CopyButton label={t("Copy")} name="Copy the raw record" text={() => raw} />}
      </h3>
      {raw ? (
        <pre className="raw" tabIndex={0} aria-label="Raw record">
          {rawText(raw)}
        </pre>
      ) : (
        <p className="faint">No raw text belongs to this event: a flow is read from packets, and the fields above are all that is kept of it.</p>
      )}
    </>
  );
}
