// The story line by line, in order; lines that say the same of many are one that opens.
import { Fragment, useMemo, useState } from "react";
import type { TimelineEntry, Weft } from "../api/types.ts";
import type { Evidence } from "../evidence/EvidenceDrawer.tsx";
import { useCapped } from "../parts/Capped.tsx";
import { Domain } from "../parts/Domains.tsx";
import { Moment, Until } from "../parts/Time.tsx";
import { type Namer, type TimelineGroup, timelineGroups } from "../text/alike.ts";
import { EvidenceButton } from "./EvidenceButton.tsx";
import { pick, t } from "../text/language.ts";

interface Props {
  weft: Weft;
  names: Namer;
  start: number;
  selected: number | null;
  onSelect: (index: number) => void;
  onEvidence: (evidence: Evidence) => void;
}

export function Timeline(props: Props) {
  const groups = useMemo(() => timelineGroups(props.weft, props.names), [props.weft, props.names]);
  const { shown, more } = useCapped(groups);
  return (
    <section className="card" aria-labelledby="timeline">
      <h2 id="timeline">{t("Timeline")}</h2>
      {shown.length === 0 && <p className="faint">{t("Nothing is on it.")}</p>}
      <ol className="timeline">
        {shown.map((group) => (
          <Fragment key={group.members[0]}>{group.members.length > 1 ? <Many {...props} group={group} /> : <Line {...props} index={group.members[0] ?? 0} />}</Fragment>
        ))}
      </ol>
      {more}
    </section>
  );
}

function Line({ weft, start, index, selected, member = false, onSelect, onEvidence }: Props & { index: number; member?: boolean }) {
  const entry = weft.timeline[index];
  if (!entry) return null;
  return (
    <li id={`entry-${index}`} className={`${index === selected ? "selected" : ""} ${member ? "member" : ""}`} onClick={() => onSelect(index)}>
      <Moment ms={entry.time} start={start} />
      <Domain domain={entry.domain} />
      <span className="entry-text">
        {entry.text}
        {entry.question && <span className="model">{t("Found by the question: {question}", { question: pick(entry.question.en, entry.question.ja) })}</span>}
      </span>
      <EvidenceButton uids={entry.event_uids} about={entry.text} onEvidence={onEvidence} />
    </li>
  );
}

function Many(props: Props & { group: TimelineGroup }) {
  const { weft, start, group, selected } = props;
  const [toggled, setToggled] = useState(false);
  const open = toggled || group.members.some((index) => index === selected);
  const { shown, more } = useCapped(group.members, 50);
  const entries = group.members.flatMap((index): TimelineEntry[] => weft.timeline.slice(index, index + 1));
  const uids = [...new Set(entries.flatMap(({ event_uids }) => event_uids))];
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last) return null;
  return (
    <>
      <li className="many">
        <span>
          <Moment ms={first.time} start={start} />
          <Until ms={last.time} start={first.time} />
        </span>
        <Domain domain={first.domain} />
        <button type="button" className="fold entry-text" aria-expanded={open} onClick={() => setToggled(!open)}>
          {group.text}
        </button>
        <EvidenceButton uids={uids} about={group.text} onEvidence={props.onEvidence} />
      </li>
      {open && shown.map((index) => <Line {...props} key={index} index={index} member />)}
      {open && more && <li className="more">{more}</li>}
    </>
  );
}
