import { TriangleAlert } from "lucide-react";

export type MetricProps = {
  title: string;
  unit: string;
  value: number | null;
  target: number | null;
  alert: number;
  state: "good" | "above" | "alert" | "unknown";
  points: readonly (number | null)[];
};

const WORDS = { good: "Within target", above: "Above target", alert: "Alert", unknown: "Not known" } as const;
const TONES = { good: "", above: "warn", alert: "bad", unknown: "" } as const;
const WIDTH = 288;
const HEIGHT = 64;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const limit = (value: number) => exact.format(value);
const format = (value: number) => (value < 10 ? fine : whole).format(value);

/** One figure of the runbook: now, over the last day, and on the way to its alert. */
export function Metric({ title, unit, value, target, alert, state, points }: MetricProps) {
  const known = points.filter((point) => point !== null);
  const space = unit === "" ? "" : ` ${unit}`;
  const words = state === "good" && target === null ? "Far from alert" : WORDS[state];
  return (
    <section className="metric" aria-label={title}>
      <h2>
        {title}
        <span className={`state ${TONES[state]}`}>
          {TONES[state] === "" ? null : <TriangleAlert className="i" aria-hidden />}
          {words}
        </span>
      </h2>
      <p className="figure">
        {value === null ? "–" : format(value)}
        <small>{value === null ? "" : space}</small>
        {known.length > 0 ? (
          <span className="peak">{`peak ${format(Math.max(...known))}${space}`}</span>
        ) : null}
      </p>
      <Spark points={points} target={target} />
      <div className="scale" aria-hidden="true">
        {value === null ? null : (
          <b className={TONES[state]} style={{ width: `${Math.min(100, (value / alert) * 100)}%` }} />
        )}
        {target === null ? null : <i style={{ left: `${(target / alert) * 100}%` }} />}
        <i className="end" />
      </div>
      <p className="limits">
        <span>
          {target === null ? (
            "no target"
          ) : (
            <>
              target <b>{`< ${limit(target)}${space}`}</b>
            </>
          )}
        </span>
        <span>
          alert <b>{`> ${limit(alert)}${space}`}</b>
        </span>
      </p>
    </section>
  );
}

/** The curve; dotted: the target, where it fits the scale. */
function Spark({ points, target }: Pick<MetricProps, "points" | "target">) {
  const known = points.filter((point) => point !== null);
  const top = Math.max(...known, 0) * 1.15 || 1;
  const height = (value: number) => (HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1);
  const step = WIDTH / Math.max(1, points.length - 1);
  let pen = "M";
  const curve = points.map((point, at) => {
    if (point === null) {
      pen = "M";
      return "";
    }
    const part = `${pen}${(at * step).toFixed(1)} ${height(point)}`;
    pen = "L";
    return part;
  });
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path className="base" d={`M0 ${HEIGHT - 2}H${WIDTH}`} />
      {target !== null && target <= top ? (
        <path className="target" d={`M0 ${height(target)}H${WIDTH}`} />
      ) : null}
      <path className="curve" d={curve.join("")} />
    </svg>
  );
}
