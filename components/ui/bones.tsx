const WIDTHS = ["96%", "88%", "52%", "40%", "92%", "70%"];

/** The shape of text that is on its way. Shown only after 200 ms, so that quick pages do not flicker. */
export function Bones() {
  return (
    <div className="bones late" aria-hidden>
      {WIDTHS.map((width, index) => (
        <i key={width} className={index === 3 ? "gap" : ""} style={{ width }} />
      ))}
    </div>
  );
}
