// The three swim-lanes over time: points for what happened, curves for why it belongs together.
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import type { Weft } from "../api/types.ts";
import type { Evidence } from "../evidence/EvidenceDrawer.tsx";
import { EvidenceButton } from "../incident/EvidenceButton.tsx";
import { Domain } from "../parts/Domains.tsx";
import { Moment } from "../parts/Time.tsx";
import type { Namer } from "../text/alike.ts";
import { short } from "../text/bits.ts";
import { cut, domainName, plural } from "../text/names.ts";
import { clock, day, instant } from "../text/time.ts";
import { burst } from "./cluster.ts";
import { layout, type Layout, type Mark } from "./layout.ts";
import { measure } from "./measure.ts";
import { position, shift, type Span, spanOf, ticks, zoom } from "./scale.ts";
import { useWidth } from "./use_width.ts";
import { t } from "../text/language.ts";

interface Props {
  weft: Weft;
  names: Namer;
  start: number;
  selected: number | null;
  onSelect: (index: number) => void;
  onEvidence: (evidence: Evidence) => void;
}

export function Lanes({ weft, names, start, selected, onSelect, onEvidence }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const whole = useMemo(() => spanOf(weft.timeline.map(({ time }) => time)), [weft]);
  const dense = useMemo(() => burst(weft.timeline.map(({ time }) => time), whole), [weft, whole]);
  const [view, setView] = useState<Span | null>(null);
  const span = view ?? whole;
  const drawing = useMemo(() => layout(weft, names, span, width, measure), [weft, names, span, width]);
  const [hovered, setHovered] = useState<Mark | null>(null);
  const zoomed = span.to - span.from < (whole.to - whole.from) * 0.999;

  const open = (mark: Mark) => {
    const times = mark.points.map(({ time }) => time);
    const [first] = mark.points;
    // Points stand in time order.
    const range = (mark.points.at(-1)?.time ?? 0) - (first?.time ?? 0);
    if (first) onSelect(first.index);
    // Points of one instant cannot be parted by zooming.
    if (mark.points.length > 1 && range > 0 && span.to - span.from > range * 1.5) {
      setHovered(null);
      setView(spanOf(times, 0.15));
    }
  };
  const entry = selected === null ? undefined : weft.timeline[selected];
  return (
    <section className="card lanes" aria-labelledby="lanes">
      <div className="lanes-head">
        <h2 id="lanes">{t("Email, SaaS and network over time")}</h2>
        <p className="faint">
          {t("{from} to {to}", { from: instant(span.from), to: instant(span.to) })}
        </p>
        <div className="lane-tools" role="group" aria-label={t("Time shown")}>
          {dense && (
            <button type="button" onClick={() => setView(spanOf([dense.from, dense.to], 0.08))}>
              {t("Zoom to burst")}
            </button>
          )}
          <button type="button" aria-label={t("Zoom in")} onClick={() => setView(zoom(span, 0.5, whole))}>
            +
          </button>
          <button type="button" aria-label={t("Zoom out")} disabled={!zoomed} onClick={() => setView(zoom(span, 2, whole))}>
            −
          </button>
          <button type="button" aria-label={t("Earlier")} disabled={!zoomed} onClick={() => setView(shift(span, -0.4, whole))}>
            ←
          </button>
          <button type="button" aria-label={t("Later")} disabled={!zoomed} onClick={() => setView(shift(span, 0.4, whole))}>
            →
          </button>
          <button type="button" disabled={!zoomed} onClick={() => setView(null)}>
            {t("Whole incident")}
          </button>
        </div>
      </div>
      <div className="lanes-frame" ref={frame}>
        {width > 0 && <Drawing weft={weft} drawing={drawing} span={span} width={width} selected={selected} hovered={hovered} onHover={setHovered} onOpen={open} />}
        {hovered && <Tooltip weft={weft} mark={hovered} width={width} />}
      </div>
      <div className="selection" aria-live="polite">
        {entry ? (
          <>
            <Moment ms={entry.time} start={start} />
            <Domain domain={entry.domain} />
            <span className="entry-text">{entry.text}</span>
            <EvidenceButton uids={entry.event_uids} about={entry.text} onEvidence={onEvidence} />
          </>
        ) : (
          <span className="faint">{t("Select a point to read it here and to open its evidence. With the keyboard: Tab to the lanes, arrow keys, Enter.")}</span>
        )}
      </div>
    </section>
  );
}

interface DrawingProps {
  weft: Weft;
  drawing: Layout;
  span: Span;
  width: number;
  selected: number | null;
  hovered: Mark | null;
  onHover: (mark: Mark | null) => void;
  onOpen: (mark: Mark) => void;
}

function Drawing({ weft, drawing, span, width, selected, hovered, onHover, onOpen }: DrawingProps) {
  const svg = useRef<SVGSVGElement>(null);
  const [current, setCurrent] = useState("");
  const { gutter, height, lanes, marks } = drawing;
  const x = (time: number) => gutter + position(time, span, width - gutter);
  const isSelected = (mark: Mark) => mark.points.some(({ index }) => index === selected);
  const stop = marks.find((mark) => mark.key === current) ?? marks.find(isSelected) ?? marks[0];
  const touched = new Set((hovered ?? marks.find(isSelected))?.points.map(({ index }) => index));

  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const mark = marks[index];
    if (step) {
      event.preventDefault();
      const next = marks[Math.min(marks.length - 1, Math.max(0, index + step))];
      if (next) svg.current?.querySelector<SVGGElement>(`[data-mark="${next.key}"]`)?.focus();
    } else if (mark && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      onOpen(mark);
    }
  };
  return (
    <svg ref={svg} width={width} height={height} role="group" aria-label={t("{n} in three lanes", { n: plural(weft.timeline.length, "entry") })}>
      <defs>
        <pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2" height="6" className="gap-line" />
        </pattern>
      </defs>
      {lanes.map((lane, index) => (
        <g key={lane.domain} className="lane" data-lane={lane.domain}>
          <rect x="0" y={lane.top} width={width} height={lane.height} className={index % 2 ? "lane-odd" : "lane-even"} />
          <text x={gutter ? 12 : 6} y={gutter ? lane.top + lane.height / 2 : lane.top + 15} className={`lane-name text-${lane.domain}`}>
            {domainName(lane.domain)}
          </text>
          {gutter > 0 && (
            <text x={12} y={lane.top + lane.height / 2 + 16} className="lane-count">
              {lane.count === 0 ? t("nothing") : plural(lane.count, "entry")}
            </text>
          )}
          <line x1={gutter} x2={width} y1={lane.base} y2={lane.base} className="lane-line" />
          {weft.coverage
            .filter((gap) => gap.domain === lane.domain && gap.end >= span.from && gap.start <= span.to)
            .slice(0, 50)
            .map((gap, number) => (
              <rect
                key={number}
                x={Math.max(gutter, x(gap.start))}
                y={lane.base - 8}
                width={Math.max(2, Math.min(width, x(gap.end)) - Math.max(gutter, x(gap.start)))}
                height="16"
                fill="url(#gap)"
              >
                <title>{gap.text}</title>
              </rect>
            ))}
        </g>
      ))}
      {ticks(span, width - gutter).map((tick) => (
        <g key={tick.time} className={tick.isDay ? "tick day" : "tick"}>
          <line x1={x(tick.time)} x2={x(tick.time)} y1="0" y2={height - 22} />
          <text x={Math.min(width - 18, Math.max(gutter + 16, x(tick.time)))} y={height - 8} textAnchor="middle">
            {tick.text}
          </text>
        </g>
      ))}
      <g className="curves" aria-hidden="true">
        {drawing.curves.map((curve) => (
          <path key={curve.key} d={curve.path} strokeWidth={curve.width} className={curve.ends.some((end) => touched.has(end)) ? "touched" : ""} />
        ))}
      </g>
      <g aria-hidden="true">
        {marks.map(
          (mark) =>
            mark.label && (
              <g key={mark.key} className={`flag ${isSelected(mark) ? "selected" : ""}`}>
                <line x1={mark.x} x2={mark.x} y1={mark.label.y - 9} y2={mark.y - mark.radius} />
                <text x={mark.label.flipped ? mark.x - 4 : mark.label.left} y={mark.label.y} textAnchor={mark.label.flipped ? "end" : "start"}>
                  {mark.label.text}
                </text>
              </g>
            ),
        )}
      </g>
      {marks.map((mark, index) => (
        <g
          key={mark.key}
          data-mark={mark.key}
          role="button"
          tabIndex={mark === stop ? 0 : -1}
          aria-label={describe(weft, mark)}
          aria-pressed={isSelected(mark)}
          className={`mark fill-${mark.domain} ${isSelected(mark) ? "selected" : ""}`}
          onClick={() => onOpen(mark)}
          onKeyDown={(event) => onKeyDown(event, index)}
          onMouseEnter={() => onHover(mark)}
          onMouseLeave={() => onHover(null)}
          onFocus={() => {
            setCurrent(mark.key);
            onHover(mark);
          }}
          onBlur={() => onHover(null)}
        >
          <circle cx={mark.x} cy={mark.y} r="14" className="target" />
          <circle cx={mark.x} cy={mark.y} r={mark.radius} className={mark.points.some(({ weight }) => weight > 0) ? "dot" : "dot hollow"} />
          {mark.points.length > 1 && (
            <text x={mark.x} y={mark.y + 4} textAnchor="middle" className="dot-count">
              {mark.points.length > 99 ? "99+" : mark.points.length}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

function describe(weft: Weft, mark: Mark): string {
  const [first] = mark.points;
  const entry = first && weft.timeline[first.index];
  if (!entry) return domainName(mark.domain);
  const when = `${day(entry.time)} ${clock(entry.time)} UTC`;
  return mark.points.length > 1
    ? `${domainName(mark.domain)}, ${mark.points.length} entries from ${when}; opens them. First: ${cut(entry.text, 120)}`
    : `${domainName(mark.domain)}, ${when}: ${cut(entry.text, 160)}`;
}

const TOOLTIP_WIDTH = 320;
const TOOLTIP_LINES = 5;

function Tooltip({ weft, mark, width }: { weft: Weft; mark: Mark; width: number }) {
  const evidence = new Map(weft.indicators.map((indicator) => [indicator.uid, indicator.evidence_bits]));
  const room = Math.min(TOOLTIP_WIDTH, width);
  const left = Math.min(Math.max(0, mark.x - room / 2), Math.max(0, width - room));
  return (
    <div className="tooltip" aria-hidden="true" style={{ left: `${left}px`, top: `${mark.y + 16}px`, width: `${room}px` }}>
      {mark.points.slice(0, TOOLTIP_LINES).map(({ index }) => {
        const entry = weft.timeline[index];
        const bits = evidence.get(entry?.indicator_uid ?? "");
        return (
          entry && (
            <p key={index}>
              <b>
                {day(entry.time)} {clock(entry.time, true)}
              </b>{" "}
              {cut(entry.text, 200)} {bits !== undefined && <span className="faint">{short(bits)} bits</span>}
            </p>
          )
        );
      })}
      {mark.points.length > TOOLTIP_LINES && <p className="faint">{t("and {n} more: click to zoom in", { n: mark.points.length - TOOLTIP_LINES })}</p>}
    </div>
  );
}
