// The list of incidents: filters, table, pages, and what to do when there is none.
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { api, listAddress, type ListFilter, PAGE_SIZE } from "../api/client.ts";
import type { IncidentItem, StatusReport } from "../api/types.ts";
import { useLoaded } from "../api/use_loaded.ts";
import { useCapped } from "../parts/Capped.tsx";
import { Domains } from "../parts/Domains.tsx";
import { LocalLink } from "../parts/LocalLink.tsx";
import { Score } from "../parts/Score.tsx";
import { When } from "../parts/Time.tsx";
import { go, incidentPath } from "../route.ts";
import { sourceLines } from "../text/sources.ts";
import { instant } from "../text/time.ts";
import { domainName, DOMAINS, plural, statusName, STATUSES } from "../text/names.ts";
import { pick, t, word } from "../text/language.ts";

const EVERYTHING: ListFilter = { q: "", domain: "", status: "", minScore: "", offset: 0 };

export function IncidentListPage({ version }: { version: number }) {
  const [filter, setFilter] = useState(EVERYTHING);
  const asked = useDeferredValue(filter);
  const { value: page, error } = useLoaded(listAddress(asked), version, (signal) => api.incidents(asked, signal));
  const { value: status } = useLoaded("status", version, (signal) => api.status(signal));
  useEffect(() => {
    document.title = `${t("Incidents")} · Weft`;
  }, []);

  const change = (part: Partial<ListFilter>) => setFilter((before) => ({ ...before, offset: 0, ...part }));
  const filtered = listAddress({ ...filter, offset: 0 }) !== listAddress(EVERYTHING);
  return (
    <div className="page">
      <div className="list-head">
        <h1>{t("Incidents")}</h1>
        <p className="faint" role="status">
          {!page ? t("Loading…") : filtered ? t("{what} match", { what: plural(page.total, "incident") }) : plural(page.total, "incident")}
        </p>
      </div>
      <form className="filters" role="search" aria-label={t("Filter incidents")} onSubmit={(event) => event.preventDefault()}>
        <label className="grow">
          <span>{t("Search")}</span>
          <input type="search" maxLength={256} placeholder={t("title, person, host, address, model …")} value={filter.q} onChange={(event) => change({ q: event.target.value })} />
        </label>
        <label>
          <span>{t("Domain")}</span>
          <select value={filter.domain} onChange={(event) => change({ domain: event.target.value })}>
            <option value="">{t("All")}</option>
            {DOMAINS.map((domain) => (
              <option key={domain} value={domain}>
                {domainName(domain)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t("Status")}</span>
          <select value={filter.status} onChange={(event) => change({ status: event.target.value })}>
            <option value="">{t("All")}</option>
            {STATUSES.map(({ id, name }) => (
              <option key={id} value={id}>
                {word(name)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t("Score")}</span>
          <select value={filter.minScore} onChange={(event) => change({ minScore: event.target.value })}>
            <option value="">{t("All")}</option>
            <option value="50">{t("50 and over (alerts)")}</option>
            <option value="80">{t("80 and over")}</option>
          </select>
        </label>
      </form>
      {error && (
        <p role="alert" className="problem">
          {error.message}
        </p>
      )}
      {page && page.items.length > 0 && <IncidentTable items={page.items} />}
      {page && page.total > PAGE_SIZE && (
        <nav className="pager" aria-label={t("Pages of the list")}>
          <button type="button" disabled={filter.offset === 0} onClick={() => change({ offset: Math.max(0, filter.offset - PAGE_SIZE) })}>
            {t("Previous")}
          </button>
          <span>
            {t("{from} to {to} of {total}", { from: page.offset + 1, to: page.offset + page.items.length, total: page.total.toLocaleString("en") })}
          </span>
          <button type="button" disabled={filter.offset + PAGE_SIZE >= page.total} onClick={() => change({ offset: filter.offset + PAGE_SIZE })}>
            {t("Next")}
          </button>
        </nav>
      )}
      {page && page.total === 0 && (filtered ? <NoMatch onClear={() => setFilter(EVERYTHING)} /> : <Empty />)}
      {status && <Sources status={status} />}
    </div>
  );
}

function IncidentTable({ items }: { items: IncidentItem[] }) {
  const now = Date.now();
  return (
    <table className="incidents">
      <caption className="hidden">{t("Incidents, highest score first. Times are UTC.")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("Score")}</th>
          <th scope="col">{t("Incident")}</th>
          <th scope="col" className="wide">
            {t("Domains")}
          </th>
          <th scope="col" className="wide">
            {t("First (UTC)")}
          </th>
          <th scope="col" className="wide">
            {t("Last (UTC)")}
          </th>
          <th scope="col" className="wide number">
            {t("Indicators")}
          </th>
          <th scope="col" className="wide">
            {t("Status")}
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.uid} onClick={(event) => event.target instanceof HTMLAnchorElement || go(incidentPath(item.uid))}>
            <td>
              <Score score={item.score} />
            </td>
            <th scope="row">
              <LocalLink to={incidentPath(item.uid)}>{pick(item.title, item.title_ja)}</LocalLink>
              <span className="narrow meta">
                <Domains domains={item.domains} />
                <span>
                  <When ms={item.end_ms} now={now} />
                </span>
                <span>
                  {plural(item.indicators, "indicator")} · {statusName(item.status)} · {item.lifecycle}
                </span>
              </span>
            </th>
            <td className="wide">
              <Domains domains={item.domains} />
            </td>
            <td className="wide">
              <When ms={item.start_ms} now={now} />
            </td>
            <td className="wide">
              <When ms={item.end_ms} now={now} />
            </td>
            <td className="wide number">{item.indicators}</td>
            <td className="wide">
              <span className={`status status-${item.status}`}>{statusName(item.status)}</span> <span className="faint">{item.lifecycle}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <div className="card empty">
      <h2>{t("Nothing matches these filters")}</h2>
      <button type="button" onClick={onClear}>
        {t("Clear the filters")}
      </button>
    </div>
  );
}

function Empty() {
  return (
    <div className="card empty">
      <h2>{t("No incidents")}</h2>
      <p>{t("Either nothing has happened, or Weft has not read enough yet. Below is what has been read. To feed it:")}</p>
      <ul>
        <li>
          <code>weft demo</code> {t("makes a company with an attack in it and shows the incident;")}
        </li>
        <li>
          <code>weft replay FOLDER</code> {t("reads mail, audit logs and packet captures that you have;")}
        </li>
        <li>
          <code>weft up</code> {t("watches folders and an interface;")} <code>weft doctor</code> {t("says what is missing.")}
        </li>
      </ul>
    </div>
  );
}

function Sources({ status }: { status: StatusReport }) {
  const lines = useMemo(() => sourceLines(Array.isArray(status.sources) ? status.sources : []), [status]);
  const { shown, more } = useCapped(lines, 20);
  return (
    <section className="card sources" aria-labelledby="sources">
      <h2 id="sources">{t("What has been read")}</h2>
      {typeof status.watermark_ms === "number" && (
        <p className="faint">{t("Incidents up to {time} are final; later ones may still change.", { time: instant(status.watermark_ms) })}</p>
      )}
      {lines.length === 0 ? (
        <p className="faint">{t("No source has reported yet.")}</p>
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-label={t("Sources")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("Source")}</th>
                <th scope="col" className="number">
                  {t("Records read")}
                </th>
                <th scope="col" className="number">
                  {t("Events")}
                </th>
                <th scope="col" className="number">
                  {t("Refused")}
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((line) => (
                <tr key={line.name}>
                  <th scope="row" className="break">
                    {line.name}
                    {line.files > 1 && <span className="faint"> {plural(line.files, "file")}</span>}
                    {line.reasons.length > 0 && (
                      <span className="faint reasons">
                        {t("refused:")}{" "}
                        {line.reasons
                          .slice(0, 5)
                          .map(([reason, count]) => `${reason} (${count.toLocaleString("en")})`)
                          .join(", ")}
                      </span>
                    )}
                  </th>
                  <td className="number">{line.read.toLocaleString("en")}</td>
                  <td className="number">{line.events.toLocaleString("en")}</td>
                  <td className="number">{line.refused.toLocaleString("en")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more}
    </section>
  );
}
